"""The record of files that were read: a run of the reader for each file that is imported.

Readers have a sandbox of their own and no limits of calls, so their runs are written once, with what came out, beside
the import. Looks at a file, which change nothing, are no runs.
"""

from collections.abc import Mapping
from datetime import datetime

from ledgerflow.books.models import Book
from ledgerflow.core.doing import doing
from ledgerflow.toolbox import plain
from ledgerflow.toolbox.models import Asker, Outcome, Tool, ToolRun
from ledgerflow.users.models import User


def note_reading(
    *,
    reader: str,
    book: Book,
    user: User | None,
    subject: str,
    name: str,
    sha256: str,
    size: int,
    result: Mapping[str, object] | None,
    error: str,
    started_at: datetime,
    seconds: float,
) -> None:
    """Write down that the reader, a package, read a file: its hash and bytes, and counts of what came out, or why not.

    ``result`` is ``None`` where the file was refused, ``error`` the sentence. Nothing is written of a reader that is
    not registered. Two queries, in the caller's transaction.
    """
    tool = Tool.objects.filter(module_path=f"tools.{reader}.read_statement").first()
    if tool is None:
        return
    given = {"content": {"sha256": sha256, "bytes": size}, "name": name}
    job_id, is_request = doing().job_id, doing().request is not None
    ToolRun.objects.create(
        tool=tool,
        module_path=tool.module_path,
        version=tool.version,
        book=book,
        asked_through=Asker.JOB if job_id is not None else Asker.PERSON if is_request else Asker.COMMAND,
        asked_by=user,
        job_id=job_id,
        subject=subject,
        arguments=plain.storable(given),
        arguments_sha256=plain.digest(given),
        result=result,
        started_at=started_at,
        duration_ms=seconds * 1000,
        outcome=Outcome.DONE if result is not None else Outcome.ERROR,
        error_class="" if result is not None else "StatementRefusedError",
        error_message=plain.clean(error),
    )
