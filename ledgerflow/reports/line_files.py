"""Lists of bank lines as tables: what the page of the list shows, with the columns that the reader chose."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from ledgerflow.books.lists import BookList
from ledgerflow.reports.table import Cell, Column, Frame, Kind, Row, Table
from ledgerflow.review.line_search import SearchedLine
from ledgerflow.review.selectors import QueueRow

_Line = TypeVar("_Line")
#: Columns of the file, each with its cell of a line.
_Told = tuple[tuple[Column, Callable[[_Line], Cell]], ...]
_DATE, _PAYEE = Column("date", "Date", Kind.DATE), Column("payee", "Payee")
_TEXT, _REFERENCE, _BANK = (
    Column("text", "Bank's text"),
    Column("reference", "Reference"),
    Column("bank", "Bank account"),
)
_NOTE, _TAGS = Column("note", "Note"), Column("tags", "Tags")
_AMOUNT, _CURRENCY = Column("amount", "Amount", Kind.MONEY), Column("currency", "Currency")
_ACCOUNT, _TAX = Column("account", "Account"), Column("tax_line", "Tax line")
_SOURCE, _CONFIDENCE = Column("proposed_by", "Proposed by"), Column("confidence", "Confidence")
_STATE = Column("state", "State")

#: By the key of a column of the list what stands in the file. The bank's text is always beside the payee: of
#: a line whose payee nobody knows yet it is all there is, and the page has it in the payee's place.
OF_QUEUE: Mapping[str, _Told[QueueRow]] = {
    "date": ((_DATE, lambda row: row.date),),
    "payee": ((_PAYEE, lambda row: row.payee), (_TEXT, lambda row: row.description)),
    "text": (),
    "bank": ((_BANK, lambda row: row.bank_account),),
    "note": ((_NOTE, lambda row: row.note), (_TAGS, lambda row: " ".join(f"#{tag}" for tag in row.tags))),
    "amount": ((_AMOUNT, lambda row: row.amount), (_CURRENCY, lambda row: row.currency)),
    "account": ((_ACCOUNT, lambda row: "split" if row.is_split else row.account),),
    "tax": ((_TAX, lambda row: row.tax_label),),
    "origin": ((_SOURCE, lambda row: row.source_word), (_CONFIDENCE, lambda row: f"{row.confidence:f}")),
}
OF_LINES: Mapping[str, _Told[SearchedLine]] = {
    "date": ((_DATE, lambda each: each.made.line.date),),
    "payee": (
        (_PAYEE, lambda each: str(each.made.payee or "")),
        (_TEXT, lambda each: each.made.line.description),
    ),
    "text": (),
    "reference": ((_REFERENCE, lambda each: each.made.line.reference or ""),),
    "bank": ((_BANK, lambda each: each.made.line.bank_account.name),),
    "note": ((_NOTE, lambda each: each.made.note),),
    "amount": (
        (_AMOUNT, lambda each: each.made.line.amount),
        (_CURRENCY, lambda each: each.made.line.currency),
    ),
    "account": ((_ACCOUNT, lambda each: "split" if each.made.is_split else str(each.made.account or "")),),
    "tax": ((_TAX, lambda each: each.tax_label),),
    "origin": (
        (_SOURCE, lambda each: each.made.get_source_display()),
        (_CONFIDENCE, lambda each: f"{each.made.confidence:f}"),
    ),
    "state": ((_STATE, lambda each: each.made.get_state_display().lower()),),
}


def list_table(
    *,
    of: BookList,
    told: Mapping[str, _Told[Any]],
    shown: frozenset[str],
    lines: Iterable[Any],
    frame: Frame,
    search: str,
    currency_of: Callable[[Any], str],
) -> Table:
    """Return the list with the columns ``shown``; amounts in the currency of their line, money out negative."""
    chosen = tuple(one for column in of.columns if column.key in shown for one in told[column.key])
    return Table(
        name=of.key,
        title=of.name,
        subtitle=search,
        frame=frame,
        facts={"search": search},
        columns=tuple(column for column, _ in chosen),
        rows=_rows(chosen, lines, currency_of),
    )


def _rows(chosen: _Told[Any], lines: Iterable[Any], currency_of: Callable[[Any], str]) -> Iterator[Row]:
    for line in lines:
        yield Row(tuple(cell(line) for _, cell in chosen), currency=currency_of(line))
