"""The shipped tools through the one door: consent, settings, a child without a network, the guards, the record."""

from collections.abc import Iterator

import pytest

from ledgerflow.toolbox.models import EgressRequest, Outcome, Tool, ToolRun
from ledgerflow.toolbox.services.calling import ToolFailedError, ToolNotAllowedError
from ledgerflow.toolbox.services.configuration import configure_tool
from ledgerflow.toolbox.services.registry import enable_tool
from tests.searxng import searxng
from tests.toolbox.workbench import NOW, Workbench
from tools._shared.tests.http import Request, served
from tools.mcp_bridge.tests.servers import TOKEN, Guarded, running, shop
from tools.receipt_reader.tests.drawing import RECEIPTS, as_pdf, as_picture

SEARCH, LOOKUP = "tools.search_tool.search_web", "tools.payee_lookup.identify_payee"
RATES, RATE = "tools.exchange_rates.read_rates", "tools.exchange_rates.rate_on"
LIST, CALL = "tools.mcp_bridge.list_tools", "tools.mcp_bridge.call_tool"
RECEIPT = "tools.receipt_reader.read_receipt"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with searxng(tmp_path_factory.mktemp("searxng")) as started:
        yield started


def enable(bench: Workbench, *paths: str) -> None:
    for tool in Tool.objects.filter(module_path__in=paths, enabled=False):
        enable_tool(tool=tool, user=bench.admin, now=NOW)


def set_up(bench: Workbench, path: str, **values: object) -> None:
    configure_tool(
        tool=Tool.objects.get(module_path=path), book=None, values=values, user=bench.admin, now=NOW
    )


def left(path: str) -> list[EgressRequest]:
    return list(EgressRequest.objects.filter(run__module_path=path).order_by("pk"))


def test_none_but_what_computes_is_enabled_by_itself(bench: Workbench) -> None:
    enabled = dict(Tool.objects.values_list("module_path", "enabled"))

    assert [enabled[path] for path in (SEARCH, LOOKUP, RATES, RATE, LIST, CALL)] == [False] * 6
    assert enabled[RECEIPT] is True
    with pytest.raises(ToolNotAllowedError):
        bench.call(SEARCH, query="coffee")


@pytest.mark.searx
def test_a_search_reaches_the_server_that_the_settings_name_and_no_other(
    bench: Workbench, address: str, settings: pytest.FixtureRequest
) -> None:
    enable(bench, SEARCH)
    set_up(bench, SEARCH, base_url=address)
    settings.OWN_SERVICES = ()
    with pytest.raises(ToolFailedError, match="LEDGERFLOW_OWN_SERVICES"):
        bench.call(SEARCH, query="blue finch coffee")

    settings.OWN_SERVICES = (address,)
    answer = bench.call(SEARCH, query="blue finch coffee DE89370400440532013000")
    found = bench.call(SEARCH, query="blue finch coffee")
    again = bench.call(SEARCH, query="blue finch coffee")

    assert answer.result["results"] == []
    assert len(found.result["results"]) == 3
    assert (again.from_cache, again.result) == (True, found.result)
    refused, redacted, asked = left(SEARCH)[-3:]
    assert "LEDGERFLOW_OWN_SERVICES" in refused.refusal
    assert "DE8937" not in redacted.url
    assert asked.url.startswith(f"{address}/search?q=blue+finch+coffee&")
    assert ToolRun.objects.get(pk=found.run_id).bytes_received > 0


@pytest.mark.searx
def test_a_payee_is_looked_up_with_the_search_as_a_run_of_its_own(
    bench: Workbench, address: str, settings: pytest.FixtureRequest
) -> None:
    enable(bench, SEARCH, LOOKUP)
    set_up(bench, SEARCH, base_url=address)
    settings.OWN_SERVICES = (address,)

    answer = bench.call(LOOKUP, text="SQ *BLUE FINCH COFFEE 4412 OAKLAND CA")
    person = bench.call(LOOKUP, text="ZELLE TO JOHN SMITH 4412")

    assert (answer.result["payee"], answer.result["kind_of_business"]) == ("Blue Finch Coffee", "cafe")
    inner = ToolRun.objects.get(parent_id=answer.run_id)
    assert (inner.module_path, inner.arguments["query"]) == (SEARCH, "BLUE FINCH COFFEE")
    assert person.result["asked"] is None
    assert not ToolRun.objects.filter(parent_id=person.run_id).exists()


@pytest.mark.searx
def test_a_search_that_is_set_up_wrongly_says_what_to_change_on_the_payee_s_run_too(
    bench: Workbench, address: str, settings: pytest.FixtureRequest
) -> None:
    enable(bench, SEARCH, LOOKUP)
    set_up(bench, SEARCH, base_url=f"{address}/preferences")
    settings.OWN_SERVICES = (address,)

    with pytest.raises(ToolFailedError, match=r"no search at .*/preferences/search \(404\)") as raised:
        bench.call(LOOKUP, text="COBALT CLOUD")

    run = ToolRun.objects.get(pk=raised.value.run_id)
    assert (run.module_path, run.outcome) == (LOOKUP, Outcome.ERROR)
    assert "Check the address of SearXNG" in run.error_message


def test_rates_come_from_a_file_or_from_the_place_that_is_set_up(
    bench: Workbench, settings: pytest.FixtureRequest
) -> None:
    enable(bench, RATES, RATE)
    file = b"Date,USD,GBP,\n2026-03-03,1.1000,0.88000,\n"
    with served(lambda _: (200, {}, file)) as address:
        set_up(bench, RATES, base_url=address)
        settings.OWN_SERVICES = (address,)
        fetched = bench.call(RATES, period="90_days")
    given = bench.call(RATE, day="2026-03-03", currency="USD", into="GBP", content=file)

    assert fetched.result["rates"][0] == {"date": "2026-03-03", "currency": "USD", "rate": "1.1000"}
    assert (given.result["rate"], given.result["is_exact"]) == ("0.8", True)
    assert [each.url for each in left(RATES)] == [f"{address}/eurofxref-hist-90d.xml"]
    assert left(RATE) == []


def test_a_tool_elsewhere_is_called_with_a_secret_that_no_record_shows(
    bench: Workbench, settings: pytest.FixtureRequest
) -> None:
    called: list[str] = []
    enable(bench, LIST, CALL)
    settings.TOOL_SECRETS = {"LEDGERFLOW_TOOL_SHOP": TOKEN}
    with running(shop(called), guard=Guarded, json_response=True) as address:
        settings.OWN_SERVICES = (address.removesuffix("/mcp"),)
        server = {"name": "shop", "url": address, "headers": {"Authorization": "Bearer {secret_1}"}}
        values = {"servers": [server], "secret_1": {"env": "LEDGERFLOW_TOOL_SHOP"}}
        set_up(bench, LIST, **values)
        listed = {each["name"]: each for each in bench.call(LIST, server="shop").result["tools"]}
        set_up(bench, CALL, **values)
        with pytest.raises(ToolFailedError, match="Nobody agreed to 'price'"):
            bench.call(CALL, server="shop", tool="price", arguments={"thing": "lamp"})
        server["allowed"] = {"price": listed["price"]["fingerprint"]}
        set_up(bench, CALL, **values)
        answer = bench.call(CALL, server="shop", tool="price", arguments={"thing": "lamp", "count": 2})

    assert answer.result["structured"] == {"thing": "lamp", "price": "6.50"}
    assert called == ["price lamp"]
    records = [*left(LIST), *left(CALL)]
    assert {each.status for each in records} == {200, 202}
    assert [each for each in records if TOKEN in f"{each.url}{each.sent}"] == []


def test_a_receipt_is_read_within_the_limits_of_its_tool(bench: Workbench) -> None:
    text = bench.call(RECEIPT, content=as_pdf(RECEIPTS["cafe_dollar"]), home_currency="USD")
    picture = bench.call(RECEIPT, content=as_picture(RECEIPTS["cafe_dollar"]), home_currency="USD")

    assert (text.result["read_by"], picture.result["read_by"]) == ("text layer", "OCR")
    assert text.result["total"]["value"] == picture.result["total"]["value"] == "12.29"


def test_a_child_leaves_no_bytecode_which_its_limits_would_cut_off(bench: Workbench) -> None:
    library = bench.folder / "library"
    library.mkdir()
    (library / "large_module.py").write_text(f"NUMBERS = {list(range(1000, 60_000))}\n")
    path = bench.tool(
        f"""
        sys.path.insert(0, {str(library)!r})
        import large_module
        return Said("", len(large_module.NUMBERS))
        """.replace("\n        ", "\n"),
        permissions="output_bytes=4096",
    )

    answer = bench.call(path)

    assert answer.result["number"] == 59_000
    assert [each.name for each in library.iterdir()] == ["large_module.py"]


def test_a_web_page_from_elsewhere_cannot_lead_a_tool_into_the_installation(
    bench: Workbench, settings: pytest.FixtureRequest
) -> None:
    reached: list[Request] = []

    def inside(request: Request) -> tuple[int, dict[str, str], bytes]:
        reached.append(request)
        return 200, {"Content-Type": "application/json"}, b'{"results": []}'

    enable(bench, SEARCH)
    with served(inside) as secret, served(lambda _: (302, {"Location": f"{secret}/search"}, b"")) as address:
        set_up(bench, SEARCH, base_url=address)
        settings.OWN_SERVICES = (address,)
        with pytest.raises(ToolFailedError):
            bench.call(SEARCH, query="coffee", fresh=True)

    assert reached == []
