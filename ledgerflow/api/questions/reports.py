"""Reports, and the text of documents."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice

from ledgerflow.api import shapes
from ledgerflow.api.access import Caller, UnknownError
from ledgerflow.api.models import Scope
from ledgerflow.api.questions.asked import QuestionError, row_number, words
from ledgerflow.documents.excerpt import text_lines
from ledgerflow.documents.media import media_type_of
from ledgerflow.documents.models import Document, MediaType
from ledgerflow.documents.selectors import content
from ledgerflow.reports.by_name import Asked, report_table
from ledgerflow.reports.table import Cell

#: Rows of a report that one answer holds; general ledgers and journals of more are for files.
MOST_ROWS = 5_000
_DOCUMENT_LINES = 400
_LONGEST_LINE = 2_000


def report(caller: Caller, slug: str, asked: Asked) -> shapes.ReportShape:
    """Return a report.

    Raises:
        LedgerFlowError: there is no such report, it cannot be asked so, or it has too many rows for one answer.
    """
    caller.needs(Scope.READ)
    with caller.opened(slug, is_snapshot=True) as book:
        plain = replace(asked, account=words(asked.account))
        table = report_table(book=book, asked=plain)
        rows = [
            {key: _plain(value) for key, value in record.items()}
            for record in islice(table.records(), MOST_ROWS + 1)
        ]
        if len(rows) > MOST_ROWS:
            raise QuestionError(
                f"This report has more than {MOST_ROWS:,} rows; ask for fewer days, or for pages of entries or lines."
            )
        return shapes.ReportShape(
            report=table.name,
            title=table.title,
            subtitle=table.subtitle,
            notes=list(table.frame.notes),
            facts={name: _plain(value) for name, value in table.all_facts().items()},
            columns=[
                shapes.ReportColumnShape(key=each.key, label=each.label, kind=each.kind.value)
                for each in table.columns
            ],
            rows=rows,
        )


def document_text(
    caller: Caller, slug: str, document_id: int, *, first_line: int = 1
) -> shapes.DocumentTextShape:
    """Return up to 400 lines of a document that is text.

    Raises:
        UnknownError: the book has no such document.
        QuestionError: the document is no text.
        DocumentDamagedError: its file is damaged.
    """
    caller.needs(Scope.READ)
    with caller.opened(slug) as book:
        document = Document.objects.filter(book=book, pk=row_number(document_id)).first()
        if document is None:
            raise UnknownError(f"The book {book.slug} has no document {document_id}.")
        original = content(document)
    kind = media_type_of(original)  # none for a text in an older code page, and for an archive or a workbook
    if kind not in {MediaType.TEXT, None} or (kind is None and b"\0" in original[:_LONGEST_LINE]):
        raise QuestionError(f"{document.name} is no text; search its lines instead.")
    texts = text_lines(original)
    start = min(max(first_line, 1), max(len(texts), 1))
    end = min(start + _DOCUMENT_LINES - 1, len(texts))
    return shapes.DocumentTextShape(
        document=document.pk,
        name=document.name,
        first_line=start,
        line_count=len(texts),
        lines=[texts[at - 1][:_LONGEST_LINE] for at in range(start, end + 1)],
        next_line=end + 1 if end < len(texts) else None,
    )


def _plain(value: Cell) -> str | int | None:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
