"""The head of a book's hash chain, and whether the chain still holds a head that was noted elsewhere.

The database links every batch as it is committed (``ledger_digest`` in the migrations says over which text). Whoever
changes a posted row is found by :mod:`ledgerflow.ledger.selectors.verify`; whoever changes it and computes every link
after it anew is found by a head that stands on paper: it is no longer in the chain.
"""

import re
from dataclasses import dataclass

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.models import ChainLink, LedgerState

#: Digits of a head that are printed: as many as nobody finds another chain for.
SHOWN = 32
_ANCHOR = re.compile(rf"[0-9a-f]{{{SHOWN},64}}")


class AnchorRefusedError(LedgerFlowError):
    """The text is no head of a hash chain."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last link: ``digest`` in hexadecimal, of batch ``batch_no`` (0 where nothing is posted yet)."""

    digest: str
    batch_no: int

    @property
    def shown(self) -> str:
        """The digits that are printed."""
        return self.digest[:SHOWN]


def chain_head(*, book: Book) -> ChainHead:
    """Return the head of the book's chain; one query, two where nothing is posted yet."""
    last = ChainLink.objects.filter(book=book).order_by("-batch_no").first()
    if last is not None:
        return ChainHead(bytes(last.digest).hex(), last.batch_no)
    return ChainHead(bytes(LedgerState.objects.get(book=book).chain_origin).hex(), 0)


def anchored_batch(*, book: Book, anchor: str) -> int | None:
    """Return the batch whose link the anchor is (0 for the beginning); None where the chain does not hold it.

    ``anchor`` is a head as it was printed: at least its first 32 hexadecimal digits, in any case.

    Raises:
        AnchorRefusedError: it is not that.
    """
    digits = anchor.strip().lower()
    if _ANCHOR.fullmatch(digits) is None:
        raise AnchorRefusedError(
            f"{anchor!r} is no head of a hash chain; give its {SHOWN} to 64 digits from 0 to 9 and a to f."
        )
    if bytes(LedgerState.objects.get(book=book).chain_origin).hex().startswith(digits):
        return 0
    least, most = (bytes.fromhex(digits.ljust(64, digit)) for digit in "0f")
    links = ChainLink.objects.filter(book=book, digest__range=(least, most))
    return links.values_list("batch_no", flat=True).first()
