"""SearXNG's JSON API: golden answers, and a sentence for everything that can be wrong with a server."""

import pytest

from tools._shared.tests.golden import expected_path
from tools._shared.tests.http import served
from tools.contract import Context, HttpUnreachableError, TemporaryToolError, ToolError
from tools.search_tool import search_web
from tools.search_tool.tests.golden import CONFIGURATION, SAMPLES, context_for, result_of

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
NOTHING = b'{"results": []}'


def sentence(status, headers, body, *, kind=ToolError):
    with served(lambda _: (status, headers, body)) as address, pytest.raises(kind) as raised:
        search_web("coffee", context_for(address))
    return raised.value


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_sample_it_reads_as_reviewed(sample):
    assert result_of(sample) == expected_path(sample).read_text(encoding="utf-8")


def test_the_question_goes_out_as_configured():
    context = context_for("")
    with served(lambda _: (200, JSON, NOTHING)) as address:
        context = context_for(
            f"{address}/search/", language="de", categories=["general", "news"], safe_search=2
        )
        search_web(" coffee\n roaster ", context)

    (asked,) = context.http.asked
    assert asked.url.path == "/search"
    assert dict(asked.url.params) == {
        "q": "coffee roaster",
        "format": "json",
        "categories": "general,news",
        "language": "de",
        "safesearch": "2",
        "pageno": "1",
        "timeout_limit": "8",
    }


def test_what_the_question_says_goes_before_what_is_configured():
    with served(lambda _: (200, JSON, NOTHING)) as address:
        context = context_for(f"{address}/searx")
        search_web(
            "x", context, categories=("news",), language="en-US", time_range="week", safe_search=1, page=3
        )

    (asked,) = context.http.asked
    assert asked.url.path == "/searx/search"
    assert [
        asked.url.params[name] for name in ("categories", "language", "time_range", "safesearch", "pageno")
    ] == [
        "news",
        "en-US",
        "week",
        "1",
        "3",
    ]


def test_the_search_engine_s_own_commands_are_words():
    with served(lambda _: (200, JSON, NOTHING)) as address:
        context = context_for(address)
        search_web("!!wikipedia !g :de ?? AT&T", context)

    assert context.http.asked[0].url.params["q"] == "wikipedia g de AT&T"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"query": ""}, "question is empty"),
        ({"query": " \n\x00 !! "}, "question is empty"),
        ({"query": "x" * 301}, "301 characters; 300 are the most"),
        ({"page": 0}, "no page 0"),
        ({"page": 11}, "no page 11"),
        ({"language": "english!"}, "no language"),
        ({"categories": ()}, "at least one category"),
        ({"categories": ("a&q=x", "b,c")}, "no category"),
    ],
)
def test_what_is_no_question_is_not_sent(given, words):
    def unexpected(_request):
        raise AssertionError

    with served(unexpected) as address, pytest.raises(ToolError, match=words):
        search_web(**{"query": "coffee", "context": context_for(address), **given})


def test_a_server_without_json_is_explained_with_the_setting():
    said = sentence(403, HTML, b"<h1>Forbidden</h1>")

    assert "search.formats" in str(said)
    assert "settings.yml" in str(said)
    assert not isinstance(said, TemporaryToolError)


def test_too_many_questions_may_be_asked_again_after_the_time_that_the_server_says():
    said = sentence(429, {"Retry-After": "17"}, b"", kind=TemporaryToolError)

    assert said.retry_after == 17
    assert "server.limiter" in str(said)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_fails_may_work_later(status):
    said = sentence(
        status, {"Retry-After": "Fri, 27 Nov 2026 08:00:00 GMT"}, b"<html>", kind=TemporaryToolError
    )

    assert said.retry_after is None
    assert f"({status})" in str(said)


@pytest.mark.parametrize(
    ("status", "headers", "body", "words"),
    [
        (401, HTML, b"", "wants somebody to sign in"),
        (404, HTML, b"", "no search at .*Check the address"),
        (400, JSON, b'{"error": "No query"}', "did not take the question"),
        (200, HTML, b"<!doctype html><p>Hello", "web page instead of JSON"),
        (200, {}, b"  <html>", "web page instead of JSON"),
        (200, JSON, b"[]", "JSON that is not SearXNG's"),
        (200, JSON, b'{"hits": []}', "JSON that is not SearXNG's"),
        (200, JSON, b'{"results": [', "is no JSON"),
        (200, JSON, b"", "is no JSON"),
    ],
)
def test_an_answer_that_is_none_is_explained(status, headers, body, words):
    said = sentence(status, headers, body)

    with pytest.raises(ToolError, match=words):
        raise said
    assert not isinstance(said, TemporaryToolError)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("/login?next=/search", r"page to sign in \(http://127.0.0.1:\d+/login\)"),
        ("/start", "not the search"),
    ],
)
def test_a_redirection_elsewhere_is_explained_and_shows_no_question(place, words):
    def answer(request):
        if request.path == "/search":
            return 302, {"Location": place}, b""
        return 200, HTML, b"<form>Password"

    with served(answer) as address, pytest.raises(ToolError, match=words) as raised:
        search_web("secret plans", context_for(address))
    assert "secret" not in str(raised.value)


def test_a_redirection_to_the_same_search_is_followed():
    def answer(request):
        if request.path == "/search":
            return 301, {"Location": "/search/?q=coffee&format=json"}, b""
        return 200, JSON, NOTHING

    with served(answer) as address:
        assert search_web("coffee", context_for(address)).results == ()


@pytest.mark.parametrize("base", ["", "searxng:8080", "ftp://searxng", "http://"])
def test_an_address_that_is_none_is_refused(base):
    with pytest.raises(ToolError, match="no address of SearXNG"):
        search_web("coffee", context_for(base))


def test_nobody_there_is_temporary():
    with served(lambda _: (200, JSON, NOTHING)) as address:
        pass
    with pytest.raises(
        HttpUnreachableError, match=r"SearXNG does not answer at http://.*/search\. See that it runs"
    ):
        search_web("coffee", context_for(address))


def test_without_a_network_it_says_so():
    context = Context(configuration={**CONFIGURATION, "base_url": "http://searxng:8080"})

    with pytest.raises(ToolError, match="needs the network"):
        search_web("coffee", context)


def test_of_a_flood_of_results_a_hundred_are_kept():
    row = b'{"url": "https://example.org/", "title": "%s", "engine": "x"}' % (b"t" * 5000)
    body = b'{"results": [' + b",".join([row] * 1500) + b"]}"
    with served(lambda _: (200, JSON, body)) as address:
        found = search_web("coffee", context_for(address))

    assert len(found.results) == 100
    assert len(found.results[0].title) == 300
