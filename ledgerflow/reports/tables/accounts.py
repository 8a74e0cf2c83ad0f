"""Trial balance and register as tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import TrialBalance
from ledgerflow.reports.selectors import RegisterFigures, ReportLine
from ledgerflow.reports.table import Column, Frame, Kind, Row, RowKind, Table

_DEBIT = Column("debit", "Debit", Kind.MONEY, has_sides=True)
_BEFORE_CLOSING = ", before the closing of the year"
_CREDIT = Column("credit", "Credit", Kind.MONEY, has_sides=True)


def trial_balance_table(
    *,
    frame: Frame,
    reports: Sequence[TrialBalance],
    registers: Mapping[int, str] | None = None,
    before_closing: bool = False,
) -> Table:
    """Return the trial balance, and an earlier one beside it where given, its totals as facts; all positive.

    ``registers`` has the addresses that the rows of a page lead to, by account. ``before_closing`` says that the entry
    that closed the year was left out.
    """
    report, addresses = reports[0], registers or {}
    accounts = {row.account_id: row for each in reversed(reports) for row in each.rows}
    sides = [{row.account_id: (row.debit, row.credit) for row in each.rows} for each in reports]
    rows = [
        Row(
            (row.code, row.name, str(row.type), *_both(sides, account)),
            address=addresses.get(account, ""),
            group="accounts",
        )
        for account, row in sorted(accounts.items(), key=lambda item: item[1].code)
    ]
    totals = [total for each in reports for total in (each.total_debit, each.total_credit)]
    total = Row(("", "Total", "", *totals), RowKind.FOOT, adds=((1, "accounts"),))
    return Table(
        name="trial-balance",
        title="Trial balance",
        subtitle=f"at the end of {report.as_of}{_BEFORE_CLOSING if before_closing else ''}",
        frame=frame,
        facts={
            "as_of": report.as_of,
            "total_debit": report.total_debit,
            "total_credit": report.total_credit,
        },
        columns=(
            Column("code", "Code"),
            Column("account", "Account"),
            Column("type", "Type", on_paper=False),
            *(column for each in reports for column in _side_columns(each, is_first=each is report)),
        ),
        rows=[*rows, total],
    )


def _both(sides: Sequence[Mapping[int, tuple[Decimal, Decimal]]], account: int) -> list[Decimal]:
    return [amount for each in sides for amount in each.get(account, (ZERO, ZERO))]


def _side_columns(report: TrialBalance, *, is_first: bool) -> list[Column]:
    days = {"": f"to={report.as_of}"}
    if is_first:
        return [replace(_DEBIT, spans=days), replace(_CREDIT, spans=days)]
    return [
        Column(f"{key} {report.as_of}", f"{label} {report.as_of}", Kind.MONEY, days, has_sides=True)
        for key, label in (("debit", "Debit"), ("credit", "Credit"))
    ]


def register_table(
    *,
    frame: Frame,
    account: Account,
    first: date | None,
    last: date,
    figures: RegisterFigures,
    lines: Iterable[ReportLine],
    search: str = "",
) -> Table:
    """Return an account's register, newest line first; amounts in the base currency, balances debit positive."""
    return Table(
        name="register",
        title=f"Register of {account}",
        subtitle=f"{first or 'from the beginning'} to {last}",
        frame=frame,
        facts={
            "account": account.code,
            "account_name": account.name,
            "from": first,
            "to": last,
            "search": search,
            "opening_balance": figures.opening,
            "total_debit": figures.debit,
            "total_credit": figures.credit,
            "closing_balance": figures.closing,
        },
        columns=(
            Column("date", "Date", Kind.DATE),
            Column("entry", "Entry", Kind.INTEGER),
            Column("text", "Text"),
            Column("other_account", "Other account"),
            _DEBIT,
            _CREDIT,
            Column("balance", "Balance", Kind.MONEY, is_summed=False),
        ),
        rows=_register_rows(figures, lines, is_whole=not search),
    )


def _register_rows(figures: RegisterFigures, lines: Iterable[ReportLine], *, is_whole: bool) -> Iterator[Row]:
    for line in lines:
        yield Row(
            (
                line.place.date,
                line.place.entry_number,
                line.text,
                str(line.other_side or ""),
                line.debit or ZERO,
                line.credit or ZERO,
                line.balance,
            ),
            group="lines",
        )
    if is_whole:
        totals = (None, None, "Total and closing balance", "", figures.debit, figures.credit, figures.closing)
        yield Row(totals, RowKind.FOOT, adds=((1, "lines"),))
