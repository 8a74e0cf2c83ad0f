"""The payee report as a table."""

from collections.abc import Sequence

from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import Period
from ledgerflow.ledger.selectors import Side
from ledgerflow.reports import address
from ledgerflow.reports.selectors import PayeeFigures
from ledgerflow.reports.table import Column, Frame, Kind, Row, RowKind, Table

#: What the address calls the lines of nobody known, and of everyone.
NOBODY, EVERYBODY = "none", "all"


def payee_table(*, frame: Frame, period: Period, report: Sequence[PayeeFigures]) -> Table:
    """Return money in and out by payee, both positive, with how many bank lines were posted."""
    days = address.of_period(period)
    money_in = f"{address.of_rows(side=Side.DEBIT)}&{days}"
    money_out = f"{address.of_rows(side=Side.CREDIT, is_credit=True)}&{days}"
    rows = [
        Row(
            (row.name or "No payee", row.count, row.money_in, row.money_out),
            query=address.of_rows(payee=str(row.payee_id or NOBODY)),
            group="payees",
        )
        for row in report
    ]
    total = Row(
        (
            "Total",
            sum(row.count for row in report),
            sum((row.money_in for row in report), ZERO),
            sum((row.money_out for row in report), ZERO),
        ),
        RowKind.TOTAL,
        query=address.of_rows(payee=EVERYBODY),
        adds=((1, "payees"),),
    )
    return Table(
        name="payees",
        title="Payees",
        subtitle=str(period),
        frame=frame,
        facts={"from": period.first, "to": period.last},
        columns=(
            Column("payee", "Payee"),
            Column("lines", "Lines", Kind.INTEGER, {"": days}),
            Column("money_in", "Money in", Kind.MONEY, {"": money_in}),
            Column("money_out", "Money out", Kind.MONEY, {"": money_out}),
        ),
        rows=[*rows, total],
    )
