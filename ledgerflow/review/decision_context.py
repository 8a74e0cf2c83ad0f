"""What the forms show that decide about a line: in the pane of the queue, and on the page of the line."""

from decimal import Decimal
from typing import Any

from ledgerflow.books.models import Book
from ledgerflow.classification.models import ClassificationSplit
from ledgerflow.classification.tax_lines import chart_tax_lines
from ledgerflow.core.money import ZERO, format_money
from ledgerflow.review import selectors
from ledgerflow.review.agent_offers import offered_by_agent
from ledgerflow.review.forms import BusinessShareForm, DecideForm, SplitFormSet
from ledgerflow.statements.models import StatementLine


def decision_context(*, book: Book, line_id: int) -> dict[str, Any] | None:
    """Return the evidence for the line and the forms, ``None`` where the book has no such line.

    A constant number of queries.
    """
    evidence = selectors.evidence(book=book, line_id=line_id)
    if evidence is None:
        return None
    row = evidence.row
    tax_lines = chart_tax_lines(book=book)
    line = StatementLine.objects.get(book=book, pk=line_id)
    return {
        "evidence": evidence,
        "row": row,
        "bank_line": line,
        "agent_offer": offered_by_agent(book=book, row=row, tax_lines=tax_lines),
        "decide_form": DecideForm(
            book=book,
            tax_lines=tax_lines,
            initial={
                "account": row.account_id,
                "tax_line": row.tax_line,
                "business_share": _percent(row.business_share),
                "payee": row.payee,
                "note": row.note,
            },
        ),
        "split_share_form": BusinessShareForm(
            initial={"business_share": _percent(row.business_share)}, auto_id="split_%s"
        ),
        "split_left": ZERO if row.is_split else row.amount,
        "split_forms": SplitFormSet(
            prefix="split",
            initial=_parts(book, row),
            form_kwargs={"book": book, "line": line, "tax_lines": tax_lines},
        ),
    }


def _parts(book: Book, row: selectors.QueueRow) -> list[dict[str, Any]]:
    """Return the parts of a split line as its form shows them, with the digits of the line's currency."""
    if not row.is_split:
        return []
    parts = ClassificationSplit.objects.filter(book=book, classification_id=row.line_id).order_by("no")
    return [
        {
            "amount": format_money(part.amount, row.currency).replace(",", ""),
            "account": part.account_id,
            "memo": part.memo,
            "tax_line": part.tax_line,
        }
        for part in parts
    ]


def _percent(share: Decimal | None) -> str:
    return "" if share is None else f"{share.normalize():f}"
