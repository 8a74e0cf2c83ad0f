"""What calls cost: stated by the tool, on record at once, and shown."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ledgerflow.toolbox.models import EgressRequest, Outcome, ToolRun
from ledgerflow.toolbox.services.calling import ToolFailedError
from tests.toolbox.workbench import NOW


@pytest.fixture(scope="module")
def charging(bench) -> str:
    return bench.tool(
        "for amount in amounts: context.spent(Decimal(amount), currency)\n"
        "if fails: raise ToolError('The shop is closed.')\nreturn Said('done')",
        arguments="amounts: list[str], context: Context, currency: str = 'USD', fails: bool = False",
    )


def _page(bench, name: str, **kwargs) -> str:
    client = Client()
    client.force_login(bench.user)
    return client.get(
        reverse(f"book-tools:{name}", kwargs={"book": bench.book.slug, **kwargs})
    ).content.decode()


def test_what_is_charged_adds_up_and_stays_whatever_becomes_of_the_call(bench, charging):
    asking = bench.tool(
        f"context.spent(Decimal('1'), 'EUR')\ncontext.tools[{charging!r}](amounts=['0.5'])\nreturn Said('x')",
        arguments="context: Context",
        needs=(charging,),
    )
    bench.call(charging, amounts=[])
    silent = bench.run(charging)
    bench.call(charging, amounts=["0.015", "0.00000001", "0"])
    added = bench.run(charging)
    with pytest.raises(ToolFailedError, match="closed"):
        bench.call(charging, amounts=["2"], fails=True)
    failed = bench.run(charging)
    bench.call(asking)
    above, below = bench.run(asking), bench.run(charging)

    assert (silent.cost, silent.cost_currency) == (None, "")
    assert (added.cost, added.cost_currency) == (Decimal("0.01500001"), "USD")
    assert (failed.outcome, failed.cost) == (Outcome.ERROR, 2)
    assert (above.cost, above.cost_currency, below.cost, below.cost_currency) == (
        1,
        "EUR",
        Decimal("0.5"),
        "USD",
    )
    EgressRequest.objects.create(
        at=NOW, run=added, book=bench.book, purpose="a test", method="GET", host="shop.example",
        url="https://shop.example/", redaction="strict", status=200, duration_ms=1,
    )  # fmt: skip
    assert "<dt>Cost</dt><dd>not stated</dd>" in _page(bench, "run", tool_run=silent.pk)
    page = _page(bench, "run", tool_run=above.pk)
    assert "<dt>Cost</dt><dd>1.00 EUR, 0.50 USD, with the tools that were called for it</dd>" in page
    assert "0.01500001 USD" in _page(bench, "runs")
    assert "The run cost 0.01500001 USD" in _page(bench, "sent")


@pytest.mark.parametrize(
    ("amounts", "currency", "sentence"),
    [
        (["-1"], "USD", "an amount from 0"),
        (["NaN"], "USD", "an amount from 0"),
        (["0.000000001"], "USD", "8 decimal places"),
        (["0.01" + "0" * 40], "USD", "at most 40 characters"),
        (["1000001"], "USD", "to 1,000,000"),
        (["1"], "usd", "three capital letters"),
        (["1"], "USDT", "three capital letters"),
    ],
)
def test_what_is_no_price_is_the_tools_failure(bench, charging, amounts, currency, sentence):
    with pytest.raises(ToolFailedError, match=sentence):
        bench.call(charging, amounts=amounts, currency=currency)

    assert bench.run(charging).cost is None


def test_a_run_costs_in_one_currency_and_no_more_than_a_million(bench, charging):
    two = bench.tool(
        "context.spent(Decimal('1'), 'USD')\ncontext.spent(Decimal('1'), 'EUR')\nreturn Said('x')",
        arguments="context: Context",
    )
    for path, arguments in ((two, {}), (charging, {"amounts": ["1000000", "0.01"]})):
        with pytest.raises(ToolFailedError, match="one currency, and up to 1,000,000"):
            bench.call(path, **arguments)
    assert (bench.run(two).cost, bench.run(charging).cost) == (1, 1_000_000)

    run = bench.run(two)
    for facts in (
        {"cost": 1, "cost_currency": ""},
        {"cost_currency": "USD"},
        {"cost": -1, "cost_currency": "USD"},
    ):
        values = {name: getattr(run, name) for name in ("tool_id", "module_path", "version", "started_at")}
        with pytest.raises(IntegrityError, match="toolbox_cost_has_a_currency"), transaction.atomic():
            ToolRun.objects.create(**values, asked_through="job", **facts)
