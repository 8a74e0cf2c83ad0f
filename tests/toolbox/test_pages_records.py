"""Many runs and requests, listed and narrowed with the same few queries. How long it takes: benchmarks.tool_calls."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from ledgerflow.books.models import Role
from ledgerflow.toolbox.models import EgressRequest, Outcome, ToolRun
from tests.factories import BookFactory, MembershipFactory, UserFactory
from tests.toolbox.test_pages import NOW, enabled, run_of, search_tool, sent_for, signed_in

pytestmark = pytest.mark.django_db

_MANY = 1_000
#: Session, user, and what the frame around the page asks.
_FRAME = 3


def _many_runs(book, user) -> None:
    model = run_of(book, asked_by=user)
    ToolRun.objects.bulk_create(
        ToolRun(
            tool=model.tool, module_path=model.module_path, version=model.version, book=book, asked_by=user,
            asked_through="job" if number % 3 else "person", started_at=NOW + dt.timedelta(minutes=10 * number),
            outcome=Outcome.ERROR if number % 10 == 0 else Outcome.DONE, arguments={"query": "x" * 500},
            result={"hits": ["x" * 100] * 10}, duration_ms=5.0, error_message="Odd." if number % 10 == 0 else "",
        )
        for number in range(_MANY)
    )  # fmt: skip


@pytest.mark.parametrize(
    "narrowed",
    [
        "",
        "outcome=failed",
        "outcome=error",
        "through=job",
        "since=2026-12-01",
        "book={book}&person={user}",
        "before={middle}",
    ],
)
def test_a_page_of_many_runs_asks_a_few_queries(narrowed: str, django_assert_max_num_queries):
    book, admin = BookFactory(), UserFactory(is_firm_admin=True)
    _many_runs(book, admin)
    client = signed_in(admin)
    address = reverse("toolbox:tool-runs", kwargs={"tool": search_tool().pk})
    middle = ToolRun.objects.latest("pk").pk - _MANY // 2
    query = narrowed.format(book=book.pk, user=admin.pk, middle=middle)
    client.get(address)

    # The tool, books and people to choose from (each also checked, where chosen), the runs, the tool's settings.
    with django_assert_max_num_queries(_FRAME + 8):
        page = client.get(f"{address}?{query}").content.decode()

    assert page.count("/tools/runs/") >= 50


def test_pages_follow_one_another_without_a_gap(book_of_runs):
    client, address, keys = book_of_runs
    seen, query = [], "?outcome=done"
    while query:
        found = client.get(address + query)
        listed = found.context["listed"]
        seen += [run.pk for run in listed.runs]
        query = f"?outcome=done&before={listed.before}" if listed.before else ""
        assert not query or query.replace("&", "&amp;") in found.content.decode()

    assert seen == keys


@pytest.fixture
def book_of_runs():
    book = BookFactory()
    member = MembershipFactory(book=book, role=Role.BOOKKEEPER).user
    runs = [run_of(book, outcome=Outcome.ERROR if number % 7 == 0 else Outcome.DONE) for number in range(130)]
    done = [run.pk for run in runs if run.outcome == Outcome.DONE]
    return signed_in(member), reverse("book-tools:runs", kwargs={"book": book.slug}), done[::-1]


def test_what_cannot_be_a_filter_is_said_and_shows_all(book_of_runs):
    client, address, _ = book_of_runs

    page = client.get(f"{address}?outcome=sold&since=yesterday&before=x").content.decode()

    assert "Outcome: Select a valid choice" in page
    assert "Since: Enter a valid date" in page
    assert client.get(f"{address}?before={10**30}").status_code == 200


def test_the_ledger_of_requests_says_what_left_and_narrows(django_assert_max_num_queries):
    admin, book = UserFactory(is_firm_admin=True), BookFactory(name="Blue Finch")
    tool, now = enabled(admin), timezone.now()
    run = run_of(book)
    EgressRequest.objects.bulk_create(
        EgressRequest(
            at=now, run=run, book=book, purpose=f"{tool} line 12", method="GET", host=f"host{number % 40}.example",
            url="https://x.example/", redaction="strict", status=200, duration_ms=3,
        )
        for number in range(_MANY)
    )  # fmt: skip
    sent_for(
        run,
        book,
        at=now,
        host="metadata.example",
        status=None,
        address="",
        refusal="169.254.169.254 is private.",
    )
    sent_for(run, book, at=now - dt.timedelta(days=31), host="long-ago.example")
    client, address = signed_in(admin), reverse("toolbox:sent")
    client.get(address)

    with django_assert_max_num_queries(_FRAME + 7):
        page = client.get(address).content.decode()
    refused = client.get(f"{address}?refused=on&tool={tool.pk}&book={book.pk}").content.decode()

    reached = page.split('id="reached"')[1].split("</p>")[0]
    assert "In the last 30 days 40 hosts answered" in reached
    assert "<strong>host0.example</strong> (25)" in reached
    assert "metadata.example" not in reached
    assert "long-ago.example" not in reached
    assert f"{tool} sends (profile <strong>strict</strong>)" in reached
    assert "169.254.169.254 is private." in refused
    assert "host1.example</strong></div>" not in refused
    assert (
        "metadata.example"
        not in client.get(f"{address}?host=host3.example").content.decode().split("<table")[1]
    )
