"""General ledger, journal and the lines behind a figure as tables whose rows are read as they are written."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import Period
from ledgerflow.ledger.selectors import Selection
from ledgerflow.posting.accrual_selectors import Shift
from ledgerflow.reports.selectors import accounts_by_id, every_line, general_ledger_parts, journal_lines
from ledgerflow.reports.table import Column, Frame, Kind, Row, RowKind, Table

_DATE, _ENTRY, _TEXT = (
    Column("date", "Date", Kind.DATE),
    Column("entry", "Entry", Kind.INTEGER),
    Column("text", "Text"),
)
_DEBIT, _CREDIT = Column("debit", "Debit", Kind.MONEY), Column("credit", "Credit", Kind.MONEY)


def general_ledger_table(*, frame: Frame, book: Book, period: Period) -> Table:
    """Return every account with its lines, the oldest first, and the balance after each; debit positive."""
    return Table(
        name="general-ledger",
        title="General ledger",
        subtitle=str(period),
        frame=frame,
        facts={"from": period.first, "to": period.last},
        columns=(
            Column("account", "Account", on_paper=False),
            Column("account_name", "Account name", on_paper=False),
            _DATE,
            _ENTRY,
            _TEXT,
            Column("other_account", "Other account"),
            _DEBIT,
            _CREDIT,
            Column("balance", "Balance", Kind.MONEY, is_summed=False),
        ),
        rows=_ledger_rows(book, period),
    )


def _ledger_rows(book: Book, period: Period) -> Iterator[Row]:
    for account, opening, lines in general_ledger_parts(book=book, period=period):
        debit, credit, balance = ZERO, ZERO, opening
        own = (account.code, account.name)
        head = (*own, None, None, str(account), "Opening balance", None, None, opening)
        yield Row(head, RowKind.HEADING)
        for streamed in lines:
            line, amount = streamed.line, streamed.line.base_amount
            debit, credit = debit + max(amount, ZERO), credit + max(-amount, ZERO)
            balance = streamed.balance
            yield Row(
                (
                    *own,
                    line.date,
                    line.entry_number,
                    streamed.text,
                    str(streamed.other_side or ""),
                    *_sides(amount),
                    balance,
                ),
                group=account.code,
            )
        foot = (*own, None, None, "Total and closing balance", "", debit, credit, balance)
        yield Row(foot, RowKind.FOOT, adds=((1, account.code),))


def journal_table(*, frame: Frame, book: Book, period: Period) -> Table:
    """Return every line of every entry, by the entries' date and number."""
    return Table(
        name="journal",
        title="Journal",
        subtitle=str(period),
        frame=frame,
        facts={"from": period.first, "to": period.last},
        columns=(_DATE, _ENTRY, _TEXT, Column("code", "Code"), Column("account", "Account"), _DEBIT, _CREDIT),
        rows=_journal_rows(book, period),
    )


def _journal_rows(book: Book, period: Period) -> Iterator[Row]:
    debit = credit = ZERO
    for entry, text in journal_lines(book=book, period=period):
        for line in entry.lines:
            amount = line.base_amount
            debit, credit = debit + max(amount, ZERO), credit + max(-amount, ZERO)
            cells = (entry.date, entry.number, text, line.account_code, line.account_name, *_sides(amount))
            yield Row(cells, group="lines")
    yield Row((None, None, "Total", "", "", debit, credit), RowKind.FOOT, adds=((1, "lines"),))


def lines_table(
    *, frame: Frame, book: Book, selection: Selection, total: Decimal, moved: Sequence[Shift] = ()
) -> Table:
    """Return the lines behind a figure, newest first, with the figure (``total``) as a fact.

    What the dates of documents add to them on the accrual basis (``moved``) comes behind.
    """
    return Table(
        name="lines",
        title="Lines behind a figure",
        subtitle=str(selection.period),
        frame=frame,
        facts={"from": selection.period.first, "to": selection.period.last, "total": total},
        columns=(_DATE, _ENTRY, _TEXT, Column("code", "Code"), Column("account", "Account"), _DEBIT, _CREDIT),
        rows=_selected_rows(book, selection, moved),
    )


def _selected_rows(book: Book, selection: Selection, moved: Sequence[Shift]) -> Iterator[Row]:
    accounts = accounts_by_id(book=book)
    debit = credit = ZERO
    for line, text in every_line(book=book, selection=selection):
        account, amount = accounts[line.account_id], line.base_amount
        debit, credit = debit + max(amount, ZERO), credit + max(-amount, ZERO)
        cells = (line.date, line.entry_number, text, account.code, account.name, *_sides(amount))
        yield Row(cells, group="lines")
    for shift in moved:
        account, amount = accounts[shift.account_id], shift.amount
        debit, credit = debit + max(amount, ZERO), credit + max(-amount, ZERO)
        text = f"Document of {shift.document_date}"
        cells = (shift.posted_on, shift.entry_number, text, account.code, account.name, *_sides(amount))
        yield Row(cells, group="lines")
    yield Row((None, None, "Total", "", "", debit, credit), RowKind.FOOT, adds=((1, "lines"),))


def _sides(amount: Decimal) -> tuple[Decimal | None, Decimal | None]:
    return (amount, None) if amount > 0 else (None, -amount)
