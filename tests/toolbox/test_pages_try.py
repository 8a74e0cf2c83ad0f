"""Trying a tool in the application: real tools in processes of their own, by the one way every call takes."""

import threading
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from ledgerflow.books.models import Role
from ledgerflow.toolbox.models import Outcome, Tool, ToolConfiguration, ToolRun
from tests.factories import MembershipFactory
from tests.toolbox.servers import saying, serving
from tests.toolbox.test_pages import signed_in
from tests.toolbox.workbench import Workbench

_LONG = "x" * 3_000


def _address(bench: Workbench, page: str, path: str = "", **takes) -> str:
    if path:
        takes["tool"] = Tool.objects.get(module_path=path).pk
    return reverse(f"book-tools:{page}", kwargs={"book": bench.book.slug, **takes})


def _try(bench: Workbench, path: str, client: Client | None = None, **typed) -> str:
    client = client or signed_in(bench.user)
    return client.post(
        _address(bench, "try", path), {f"value_{k}": v for k, v in typed.items()}
    ).content.decode()


def test_it_answers_on_the_page_and_is_on_record(bench: Workbench):
    path = bench.tool("return Said(text * number, number)", arguments="text: str, number: int = 2")

    page = _try(bench, path, text="<b>hi</b>", number="3")

    run = bench.run(path)
    assert "&lt;b&gt;hi&lt;/b&gt;" * 3 in page
    assert f'<a class="text-decoration-underline" href="{_address(bench, "run", tool_run=run.pk)}">' in page
    assert (run.arguments, run.asked_by, run.book, run.asked_through) == (
        {"text": "<b>hi</b>", "number": 3}, bench.user, bench.book, "person",
    )  # fmt: skip


def test_an_answer_that_was_kept_says_its_age_and_can_be_asked_anew(bench: Workbench):
    path = bench.tool("return Said(str(time.time_ns()))", permissions="cache_seconds=60")
    client = signed_in(bench.user)

    first, second = _try(bench, path, client), _try(bench, path, client)
    anew = client.post(_address(bench, "try", path), {"fresh": "on"}).content.decode()

    assert "Computed now, in " in first
    assert "Kept from an earlier call, computed " in second
    assert "Computed now, in " in anew


def test_a_file_is_handed_over_as_bytes(bench: Workbench):
    path = bench.tool("return Said(content.hex(), len(content))", arguments="content: bytes")
    client = signed_in(bench.user)

    assert 'enctype="multipart/form-data"' in client.get(_address(bench, "try", path)).content.decode()
    assert "00ff0a" in _try(bench, path, client, content=SimpleUploadedFile("a.bin", b"\0\xff\n"))


@pytest.mark.parametrize(
    ("body", "title", "sentence"),
    [
        ("raise ToolError('Not at <this> address.')", "The tool failed.", "Not at &lt;this&gt; address."),
        ("time.sleep(60)", "Took too long.", "1 second"),
        ("os._exit(3)", "Ended without an answer.", ""),
        ("return 'text'", "The tool broke its contract.", "broke its contract"),
    ],
)  # fmt: skip
def test_a_failure_is_shown_with_its_run_and_no_longer_than_the_timeout(
    bench: Workbench, body: str, title: str, sentence: str
):
    path = bench.tool(body, permissions="timeout_seconds=1")
    bench.warm(path)

    begun = time.monotonic()
    page = _try(bench, path)
    took = time.monotonic() - begun

    assert f"<strong>{title}</strong>" in page
    assert sentence in page
    assert f"Run {bench.run(path).pk}</a>" in page
    assert took < 6


def test_what_left_the_machine_is_shown_beside_the_answer(bench: Workbench, settings):
    with serving(saying("200 OK", b"pong")) as server:
        settings.OWN_SERVICES = (server.origin,)
        path = bench.tool(
            f"return Said(context.http.request('GET', {server.origin!r} + '/?q=DE89370400440532013000').text())",
            arguments="context: Context", permissions="network=True", reaches=server.origin,
        )  # fmt: skip
        page = _try(bench, path)

    left = page.split('id="left"')[1]
    assert "<strong>127.0.0.1</strong>" in left
    assert "200" in left
    assert "DE89370400440532013000" not in left


def test_what_left_by_way_of_a_tool_that_was_called_is_shown_too(bench: Workbench, settings):
    with serving(saying("200 OK", b"pong")) as server:
        settings.OWN_SERVICES = (server.origin,)
        inner = bench.tool(
            f"return Said(context.http.request('GET', {server.origin!r} + '/?q=tea').text())",
            arguments="context: Context", permissions="network=True, timeout_seconds=120", reaches=server.origin,
        )  # fmt: skip
        outer = bench.tool(
            f"return Said(context.tools[{inner!r}]()['text'])",
            arguments="context: Context", needs=(inner,), permissions="timeout_seconds=120",
        )  # fmt: skip
        bench.warm(inner)
        page = _try(bench, outer)

    nested = page.split('id="nested"')[1].split('id="left"')[0]
    assert f"Run {bench.run(inner).pk}</a>" in nested
    assert "q=tea" in page.split('id="left"')[1]


def test_a_tool_that_is_off_is_not_called(bench: Workbench):
    path = bench.tool("return Said('ran')", enabled=False)

    page = _try(bench, path)

    assert "is not available: disabled" in page
    assert bench.run(path).outcome == Outcome.REFUSED
    assert 'type="submit" disabled' in page


def test_what_writes_elsewhere_needs_a_reviewer(bench: Workbench):
    path = bench.tool("return Said('sold')", permissions="writes=True")
    bookkeeper = MembershipFactory(book=bench.book, role=Role.BOOKKEEPER).user

    refused, done = _try(bench, path, signed_in(bookkeeper)), _try(bench, path)

    assert "As bookkeeper you may not run tools that change something elsewhere" in refused
    assert "What it answered" in done


def test_a_run_is_run_again_with_its_arguments(bench: Workbench):
    path = bench.tool("return Said(text)", arguments="text: str")
    client = signed_in(bench.user)
    _try(bench, path, client, text="once more")
    first = bench.run(path)

    response = client.post(_address(bench, "again", tool_run=first.pk))

    again = bench.run(path)
    assert response["Location"] == _address(bench, "run", tool_run=again.pk)
    assert again.pk != first.pk
    assert again.arguments == first.arguments
    form = client.get(f"{_address(bench, 'try', path)}?run={first.pk}").content.decode()
    assert 'value="once more"' in form


def test_a_run_whose_arguments_were_too_long_to_keep_is_not_run_again_with_others(bench: Workbench):
    path = bench.tool("return Said('ran')", arguments="text: str")
    client = signed_in(bench.user)
    _try(bench, path, client, text=_LONG)
    run = bench.run(path)

    page = client.get(_address(bench, "run", tool_run=run.pk)).content.decode()
    response = client.post(_address(bench, "again", tool_run=run.pk), follow=True).content.decode()

    assert "too long to keep: 3,000 characters" in page
    assert "Run again" not in page
    assert "too long to be kept" in response
    assert bench.run(path) == run


def test_running_again_what_fails_shows_the_new_run(bench: Workbench):
    path = bench.tool("raise ToolError('Not today.')")
    client = signed_in(bench.user)
    _try(bench, path, client)

    page = client.post(_address(bench, "again", tool_run=bench.run(path).pk), follow=True).content.decode()

    assert f"Run {bench.run(path).pk}</h1>" in page
    assert "Not today." in page
    assert ToolRun.objects.filter(module_path=path).count() == 2


def test_a_run_that_goes_on_is_canceled_in_another_request(bench: Workbench):
    path = bench.tool("time.sleep(30); return Said('late')", permissions="timeout_seconds=40")
    pages: list[str] = []

    def trying() -> None:
        try:
            pages.append(_try(bench, path))
        finally:
            connection.close()

    thread = threading.Thread(target=trying)
    thread.start()
    until = time.monotonic() + 20
    while not ToolRun.objects.filter(module_path=path).exists() and time.monotonic() < until:
        time.sleep(0.05)
    run, client = bench.run(path), signed_in(bench.user)

    page = client.get(_address(bench, "run", tool_run=run.pk)).content.decode()
    done = client.post(_address(bench, "cancel", tool_run=run.pk), follow=True).content.decode()
    thread.join(20)

    assert 'hx-trigger="every 1500ms"' in page
    assert f"Run {run.pk} is canceled." in done
    assert "was canceled" in pages[0]
    late = client.post(_address(bench, "cancel", tool_run=run.pk), follow=True).content.decode()
    assert "has ended already" in late


def test_settings_of_the_book_are_what_it_runs_with(bench: Workbench):
    schema = {"type": "object", "properties": {"word": {"type": "string", "default": "none"}}}
    path = bench.tool(
        "return Said(context.configuration['word'])", arguments="context: Context", configuration=schema
    )
    client = signed_in(bench.user)

    assert "none" in _try(bench, path, client).split('id="answer"')[1]
    client.post(_address(bench, "settings", path), {"value_word": "of this book"})

    assert ToolConfiguration.objects.get(tool__module_path=path).book == bench.book
    assert "of this book" in _try(bench, path, client).split('id="answer"')[1]


def test_an_administrator_tries_it_for_no_book(bench: Workbench):
    path = bench.tool("return Said('ran')")
    tool = Tool.objects.get(module_path=path)

    page = signed_in(bench.admin).post(reverse("toolbox:try", kwargs={"tool": tool.pk})).content.decode()

    assert "What it answered" in page
    assert (bench.run(path).book, bench.run(path).asked_by) == (None, bench.admin)


def test_a_reader_is_tried_in_the_inbox(bench: Workbench):
    page = signed_in(bench.user).get(_address(bench, "try", "tools.ofx_statement.read_statement"))

    assert "drop one into the inbox" in page.content.decode()
