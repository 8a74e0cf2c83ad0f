"""The search tools against a real server, Debian's searx, on this machine."""

from collections.abc import Iterator

import pytest

from tests.searxng import searxng
from tools._shared.tests.golden import plain
from tools._shared.tests.http import PlainHttp
from tools.contract import Context, ToolError
from tools.payee_lookup import identify_payee
from tools.search_tool import MANIFEST, SearchAnswer, UnresponsiveEngine, search_web

pytestmark = pytest.mark.searx


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with searxng(tmp_path_factory.mktemp("searxng")) as started:
        yield started


def context_for(address: str) -> Context:
    properties = MANIFEST.configuration["properties"]
    defaults = {name: each["default"] for name, each in properties.items() if "default" in each}
    return Context(configuration={**defaults, "base_url": address}, http=PlainHttp())


def search(address: str, query: str, **asked: object) -> SearchAnswer:
    return search_web(query, context_for(address), **asked)


def test_a_real_server_answers_and_names_the_engine_that_did_not(address: str) -> None:
    found = search(address, "blue finch coffee")

    assert {result.url for result in found.results} == {
        "https://www.bluefinch.example/",
        "https://guide.example/blue-finch",
        "https://reviews.example/bfc",
    }
    assert {result.engines for result in found.results} == {("pages",)}
    assert found.results[0].score == 1
    reviewed = next(each for each in found.results if "reviews" in each.url)
    assert reviewed.snippet == "Coffee, pastries and espresso since 2011."
    (silent,) = found.unresponsive_engines
    assert isinstance(silent, UnresponsiveEngine)
    assert silent.engine == "broken"
    assert silent.reason.startswith("unexpected crash")


def test_what_nobody_wrote_is_not_found(address: str) -> None:
    found = search(address, "xylophone")

    assert found.results == ()
    assert [each.engine for each in found.unresponsive_engines] == ["broken"]


def test_pages_and_categories_are_the_server_s(address: str) -> None:
    assert search(address, "blue finch coffee", page=2).results == ()
    assert search(address, "blue finch coffee", categories=("general",)).results != ()


def test_a_command_to_the_server_in_a_question_chooses_no_engine(address: str) -> None:
    assert [each.engine for each in search(address, "!br coffee").unresponsive_engines] == ["broken"]
    assert search(address, "!br blue finch coffee").results == ()  # the word br, which no page has
    assert search(address, "!pg coffee").unresponsive_engines != ()


def test_an_address_beside_the_search_is_explained(address: str) -> None:
    assert search(address + "/search", "coffee").results != ()
    with pytest.raises(ToolError, match=r"no search at .*/searx/search \(404\)"):
        search(address + "/searx", "coffee")


def test_a_payee_is_identified_with_its_evidence(address: str) -> None:
    asked: list[str] = []

    def search_tool(*, query: str, **arguments: object) -> object:
        asked.append(query)
        return plain(search(address, query, **arguments))

    context = Context(configuration={"language": ""}, tools={"tools.search_tool.search_web": search_tool})

    payee = identify_payee("SQ *BLUE FINCH COFFEE 4412 OAKLAND CA 09/14 CARD 4321", context)

    assert asked == ["BLUE FINCH COFFEE"]
    assert (payee.payee, payee.kind_of_business) == ("Blue Finch Coffee", "cafe")
    assert payee.agreement is not None
    assert payee.agreement.sites_of_the_kind == 3
    assert len(payee.evidence) == 3
    assert "Did not answer: broken." in payee.note


def test_a_page_s_instructions_stay_words(address: str) -> None:
    context = Context(
        configuration={},
        tools={"tools.search_tool.search_web": lambda query: plain(search(address, query))},
    )

    payee = identify_payee("COBALT CLOUD INV 2231", context)

    assert (payee.payee, payee.kind_of_business) == ("Cobalt Cloud", None)
    assert payee.web_address == "https://cobaltcloud.example/"
