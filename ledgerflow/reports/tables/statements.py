"""Income statement, balance sheet and cash flow as tables: sections of accounts, one column for each period or day.

Programs get the section and the kind of each row; people see the sections as headings.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from ledgerflow.core.periods import EARLIEST, Period
from ledgerflow.ledger.models import AccountType
from ledgerflow.ledger.selectors import BalanceSheet, CashFlow, IncomeStatement, Section
from ledgerflow.posting.tag_selectors import TagFilter
from ledgerflow.reports import address
from ledgerflow.reports.basis import Basis, Scope
from ledgerflow.reports.selectors.statements import OWED_IDS
from ledgerflow.reports.table import Cell, Column, Frame, Kind, Row, RowKind, Table

_LEADING = (
    Column("kind", "Kind", on_paper=False),
    Column("section", "Section", on_paper=False),
    Column("code", "Code"),
    Column("account", "Account"),
)
_RESULT = (AccountType.INCOME, AccountType.EXPENSE)
_CREDIT_BY_NATURE = frozenset({AccountType.LIABILITY, AccountType.EQUITY, AccountType.INCOME})
#: What the sections of a cash flow are called.
_OF_CASH = {
    AccountType.INCOME: "Income",
    AccountType.EXPENSE: "Expenses",
    AccountType.ASSET: "Other assets",
    AccountType.LIABILITY: "Liabilities",
    AccountType.EQUITY: "Equity",
}
_BEFORE, _UNTIL, _YEAR = "before", "until", "year"
#: The whole journal as it stands.
_PLAIN = Scope()


class _Rows(list[Row]):
    """The rows of a statement in the making; sums call a section by its title, and a sum by its name."""

    def heading(self, title: str, count: int) -> None:
        """Begin a section of ``count`` columns."""
        self.append(Row(("heading", title.lower(), "", title, *[None] * count), RowKind.HEADING))

    def accounts(self, section: Section, title: str, *, is_credit: bool, query: str = "") -> None:
        """Add the accounts of a section; ``query`` is what their addresses share."""
        for row in section.rows:
            owed = OWED_IDS.get(row.account_id)
            accounts = [] if owed else [row.account_id]
            own = address.of_rows(accounts=accounts, is_credit=is_credit, owed=owed or "") + query
            cells: tuple[Cell, ...] = ("account", title.lower(), row.code, row.name, *row.amounts)
            self.append(Row(cells, query=own, group=title))

    def total(
        self,
        label: str,
        amounts: Iterable[Decimal],
        *,
        adds: tuple[tuple[int, str], ...],
        query: str,
        span: str = "",
    ) -> None:
        """Add a sum of sections or sums; without ``adds`` it is a figure of its own."""
        cells: tuple[Cell, ...] = ("total", label.lower(), "", label, *amounts)
        self.append(Row(cells, RowKind.TOTAL, query, span, group=label, adds=adds))


def income_statement_table(
    *,
    frame: Frame,
    report: IncomeStatement,
    labels: Sequence[str],
    subtitle: str,
    scope: Scope = _PLAIN,
    tags: Sequence[TagFilter | None] = (),
) -> Table:
    """Return the income statement; income and expenses are both positive.

    ``scope`` says its basis and which tag all of it keeps to; ``tags`` what each column holds where it is by tag.
    """
    rows = _Rows()
    for section, title in ((report.income, "Income"), (report.expenses, "Expenses")):
        is_credit = section.type in _CREDIT_BY_NATURE
        rows.heading(title, len(labels))
        rows.accounts(section, title, is_credit=is_credit, query=f"&{address.of_rows(without_closing=True)}")
        rows.total(
            f"Total {title.lower()}",
            section.totals,
            adds=((1, title),),
            query=address.of_rows(types=[section.type], is_credit=is_credit, without_closing=True),
        )
    rows.total(
        "Net income",
        report.net_income,
        adds=((1, "Total income"), (-1, "Total expenses")),
        query=address.of_rows(types=_RESULT, is_credit=True, without_closing=True),
    )
    return Table(
        name="income-statement",
        title="Income statement",
        subtitle=f"{subtitle}, {scope.words}",
        frame=frame,
        facts={
            "from": report.periods[0].first,
            "to": max(period.last for period in report.periods),
            "basis": scope.basis.value,
            **({"tag": scope.tag_name} if scope.tag_name else {}),
        },
        columns=(
            *_LEADING,
            *(
                _tag_columns(report.periods[0], labels, tags, scope)
                if tags
                else _period_columns(report.periods, labels, scope.query)
            ),
        ),
        rows=rows,
    )


def cash_flow_table(
    *, frame: Frame, report: CashFlow, labels: Sequence[str], subtitle: str, scope: Scope = _PLAIN
) -> Table:
    """Return the cash flow; money in is positive, money out negative.

    What keeps to a tag is a part of it, so it says nothing of what stands on the accounts.
    """
    rows = _Rows()
    cash = address.of_rows(accounts=report.cash) if report.cash else ""
    if scope.tags is None:
        rows.total("Cash at the beginning", report.opening, adds=(), query=cash, span=_BEFORE)
    for section in report.sections:
        title = _OF_CASH[section.type]
        rows.heading(title, len(labels))
        rows.accounts(section, title, is_credit=True, query=f"&{address.of_rows(of_cash=True)}")
        rows.total(
            f"Total {title.lower()}",
            section.totals,
            adds=((1, title),),
            query=address.of_rows(types=[section.type], is_credit=True, of_cash=True),
        )
    totals = tuple((1, f"Total {_OF_CASH[section.type].lower()}") for section in report.sections)
    rows.total("Change in cash", report.net, adds=totals, query=address.of_rows(is_credit=True, of_cash=True))
    if scope.tags is None:
        ends = ((1, "Cash at the beginning"), (1, "Change in cash"))
        rows.total("Cash at the end", report.closing, adds=ends, query=cash, span=_UNTIL)
    return Table(
        name="cash-flow",
        title="Cash flow",
        subtitle=f"{subtitle}, {scope.tag_name}" if scope.tag_name else subtitle,
        frame=frame,
        facts={
            "from": report.periods[0].first,
            "to": max(period.last for period in report.periods),
            **({"tag": scope.tag_name} if scope.tag_name else {}),
        },
        columns=(*_LEADING, *_period_columns(report.periods, labels, scope.query)),
        rows=rows,
    )


def balance_sheet_table(
    *, frame: Frame, report: BalanceSheet, labels: Sequence[str], basis: Basis = Basis.CASH
) -> Table:
    """Return the balance sheet, each figure positive on its natural side."""
    count, rows = len(report.days), _Rows()
    for section, title in ((report.assets, "Assets"), (report.liabilities, "Liabilities")):
        is_credit = section.type in _CREDIT_BY_NATURE
        rows.heading(title, count)
        rows.accounts(section, title, is_credit=is_credit)
        rows.total(
            f"Total {title.lower()}",
            section.totals,
            adds=((1, title),),
            query=address.of_rows(types=[section.type], is_credit=is_credit),
        )
    rows.heading("Equity", count)
    rows.accounts(report.equity, "Equity", is_credit=True)
    result = address.of_rows(types=_RESULT, is_credit=True)
    for label, amounts, span in (
        ("Net income of earlier years, not closed yet", report.earlier_years, _BEFORE),
        ("Net income of the fiscal year, not closed yet", report.this_year, _YEAR),
    ):
        if any(amounts):
            rows.append(
                Row(("result", "equity", "", label, *amounts), query=result, span=span, group="Equity")
            )
    equity = (AccountType.EQUITY, *_RESULT)
    rows.total(
        "Total equity",
        report.total_equity,
        adds=((1, "Equity"),),
        query=address.of_rows(types=equity, is_credit=True),
    )
    rows.total(
        "Liabilities and equity",
        report.liabilities_and_equity,
        adds=((1, "Total liabilities"), (1, "Total equity")),
        query=address.of_rows(types=(AccountType.LIABILITY, *equity), is_credit=True),
    )
    own = Scope(basis).query
    columns = [
        Column(
            "amount" if count == 1 else day.isoformat(),
            label,
            Kind.MONEY,
            {
                "": _with(_until(day), own),
                _BEFORE: _with(_until(start - timedelta(days=1)), own),
                _YEAR: _with(address.of_period(Period(start, day)), own),
            },
        )
        for day, start, label in zip(report.days, report.year_starts, labels, strict=True)
    ]
    return Table(
        name="balance-sheet",
        title="Balance sheet",
        subtitle=f"at the end of {report.days[0]}, {basis} basis",
        frame=frame,
        facts={"as_of": report.days[0], "basis": basis.value},
        columns=(*_LEADING, *columns),
        rows=rows,
    )


def _period_columns(periods: Sequence[Period], labels: Sequence[str], own: str) -> list[Column]:
    return [
        Column(
            "amount" if len(periods) == 1 else str(period),
            label,
            Kind.MONEY,
            {
                "": _with(address.of_period(period), own),
                _BEFORE: _with(_until(period.first - timedelta(days=1)), own),
                _UNTIL: _with(_until(period.last), own),
            },
        )
        for period, label in zip(periods, labels, strict=True)
    ]


def _tag_columns(
    period: Period, labels: Sequence[str], tags: Sequence[TagFilter | None], scope: Scope
) -> list[Column]:
    return [
        Column(
            label,
            label,
            Kind.MONEY,
            {"": _with(address.of_period(period), Scope(scope.basis, of_column).query)},
        )
        for label, of_column in zip(labels, tags, strict=True)
    ]


def _with(days: str, own: str) -> str:
    return f"{days}&{own}" if own else days


def _until(day: date) -> str:
    return address.of_period(Period(EARLIEST, day))
