"""Trial balance and register as tables."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import TrialBalance
from ledgerflow.reports.selectors import RegisterFigures, ReportLine
from ledgerflow.reports.table import Column, Frame, Kind, Row, RowKind, Table

_DEBIT, _CREDIT = Column("debit", "Debit", Kind.MONEY), Column("credit", "Credit", Kind.MONEY)


def trial_balance_table(
    *, frame: Frame, report: TrialBalance, registers: Mapping[int, str] | None = None
) -> Table:
    """Return the trial balance with its totals as facts; debit and credit are both positive.

    ``registers`` has the addresses that the rows of a page lead to, by account.
    """
    addresses = registers or {}
    rows = [
        Row(
            (row.code, row.name, str(row.type), row.debit, row.credit),
            address=addresses.get(row.account_id, ""),
            group="accounts",
        )
        for row in report.rows
    ]
    total = Row(
        ("", "Total", "", report.total_debit, report.total_credit), RowKind.FOOT, adds=((1, "accounts"),)
    )
    return Table(
        name="trial-balance",
        title="Trial balance",
        subtitle=f"at the end of {report.as_of}",
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
            _DEBIT,
            _CREDIT,
        ),
        rows=[*rows, total],
    )


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
