"""What somebody sees of a file before it is imported, as one digest: nothing else is imported than what they saw."""

from collections.abc import Sequence
from hashlib import sha256

from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services._accounts import parts_of, whose
from ledgerflow.pipeline.services._layouts import ReadByLayouts
from ledgerflow.statements.models import BankAccount


def shown_sha256(read: ReadByLayouts, accounts: Sequence[BankAccount | None]) -> str:
    """Return the digest of a reading and of whose its statements are, in hexadecimal digits.

    All that a preview shows of the file goes in, so its proof as well. What is here already does not, because it
    changes with every other file, as a preview says.
    """
    reading, digest = read.reading, sha256()
    whole = (reading.format, reading.warnings, read.used, [account and account.pk for account in accounts])
    digest.update(repr(whole).encode())
    for statement in reading.statements:
        digest.update(repr(statement).encode())
    return digest.hexdigest()


def shown_of_run(run: ImportRun, read: ReadByLayouts) -> str:
    """Return the digest of what the run's file says, with whose it is now."""
    return shown_sha256(read, whose(run, parts_of(read.reading)))
