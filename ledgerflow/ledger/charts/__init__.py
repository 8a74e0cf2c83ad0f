"""Chart templates: the accounts that a new book starts with."""

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.charts import generic, sole_proprietor_us
from ledgerflow.ledger.charts.template import Chart

#: By name, in the order in which they are offered.
CHARTS: dict[str, Chart] = {chart.name: chart for chart in (sole_proprietor_us.CHART, generic.CHART)}


class UnknownChartError(LedgerFlowError):
    """No chart template has that name."""


def chart_named(name: str) -> Chart:
    """Return the chart template.

    Raises:
        UnknownChartError: no chart template has that name.
    """
    try:
        return CHARTS[name]
    except KeyError:
        raise UnknownChartError(
            f"There is no chart of accounts named {name!r}; use {' or '.join(CHARTS)}."
        ) from None
