"""The hash chain of an archived book: where it begins and where it ends."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from ledgerflow.books.models import Book
from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.ledger.models import LedgerState
from ledgerflow.ledger.selectors.chain import chain_head

_ORIGIN = re.compile(r"[0-9a-f]{32}")
#: Where nothing is posted yet, the chain ends where it begins.
_HEAD = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Chain:
    """``origin`` and ``head`` in hexadecimal; ``head`` is the link of batch ``batch_no``, 0 where nothing is posted."""

    origin: str
    head: str
    batch_no: int

    def said(self) -> dict[str, Any]:
        """Return what a manifest says of it."""
        return asdict(self)


def chain_of(*, book: Book) -> Chain:
    """Return the book's chain; three queries at most."""
    head = chain_head(book=book)
    origin = LedgerState.objects.values_list("chain_origin", flat=True).get(book=book)
    return Chain(bytes(origin).hex(), head.digest, head.batch_no)


def chain_from(said: object) -> Chain:
    """Return the chain that a manifest names.

    Raises:
        ArchiveError: it names none.
    """
    if isinstance(said, dict) and said.keys() == {"origin", "head", "batch_no"}:
        origin, head, batch_no = said["origin"], said["head"], said["batch_no"]
        if (
            isinstance(origin, str)
            and _ORIGIN.fullmatch(origin)
            and isinstance(head, str)
            and _HEAD.fullmatch(head)
            and type(batch_no) is int
        ):
            return Chain(origin, head, batch_no)
    raise ArchiveError("The archive's manifest does not say where the book's hash chain begins and ends.")
