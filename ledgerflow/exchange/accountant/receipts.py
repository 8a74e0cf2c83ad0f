"""Which receipt of the package belongs to which bank line."""

import re
from collections.abc import Iterator

from django.db.models import OuterRef, Subquery

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification
from ledgerflow.core.periods import Period
from ledgerflow.documents.models import Document
from ledgerflow.exchange.accountant.page import Receipted
from ledgerflow.statements.models import LineReceipt

_LONGEST_NAME = 100
_AT_A_TIME = 2_000


def receipted_lines(*, book: Book, period: Period) -> Iterator[Receipted]:
    """Yield every receipt of a bank line of the period with that line, in the order of the lines; one query."""
    entry = Classification.objects.filter(line=OuterRef("line")).values("entry_number")
    attached = (
        LineReceipt.objects.filter(
            book=book, detached_at__isnull=True, line__date__range=(period.first, period.last)
        )
        .select_related("line__bank_account", "receipt__document")
        .annotate(entry_number=Subquery(entry))
        .order_by("line__date", "line_id", "pk")
    )
    for each in attached.iterator(chunk_size=_AT_A_TIME):
        line = each.line
        if line is not None:
            yield Receipted(
                date=line.date.isoformat(),
                bank_account=line.bank_account.name,
                text=line.description,
                amount=f"{line.amount.normalize():f} {line.currency}",
                entry="not posted" if each.entry_number is None else f"{each.entry_number}",
                address=document_path(each.receipt.document),
                name=each.receipt.document.name,
            )


def document_path(document: Document) -> str:
    """Return where the package has the document."""
    return f"documents/{document.sha256}-{plain_name(document.name)}"


def plain_name(name: str) -> str:
    """Return what every system takes of a name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)[-_LONGEST_NAME:]
