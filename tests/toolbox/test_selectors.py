"""What screens read of the registry, with ten thousand runs in it."""

import datetime as dt

import pytest

from ledgerflow.books.models import Role
from ledgerflow.toolbox.models import Asker, EgressRequest, Outcome, Tool, ToolRun
from ledgerflow.toolbox.selectors import RunFilter, profiles_on, requests_page, runs_page, tools_with_health
from ledgerflow.toolbox.services.configuration import configuration_for, configure_tool
from ledgerflow.toolbox.services.registry import enable_tool
from tests.factories import BookFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
_MANY = 1_000


def _tool(name: str = "ofx_statement") -> Tool:
    return Tool.objects.get(module_path=f"tools.{name}.read_statement")


def _runs(count: int, tool: Tool | None = None, **values) -> list[ToolRun]:
    tool = tool or _tool()
    return ToolRun.objects.bulk_create(
        ToolRun(
            **{
                "tool": tool,
                "module_path": tool.module_path,
                "version": tool.version,
                "asked_through": Asker.JOB,
                "arguments": {"query": "coffee" * 20},
                "result": {"hits": ["x" * 50] * 20},
                "started_at": NOW + dt.timedelta(seconds=number),
                "duration_ms": 10.0 + number % 7,
                "outcome": Outcome.ERROR if number % 10 == 0 else Outcome.DONE,
                **values,
            }
        )
        for number in range(count)
    )


@pytest.fixture
def admin():
    return UserFactory(is_firm_admin=True)


def _health(tool: Tool, **options):
    (found,) = [each for each in tools_with_health(**options) if each.tool == tool]
    return found


def test_health_is_that_of_the_last_hundred_runs():
    _runs(60, outcome=Outcome.ERROR, duration_ms=9_000)
    _runs(100)

    found = _health(_tool())

    assert (found.runs, found.error_rate, found.median_ms) == (100, 0.1, 13.0)
    assert (found.last_outcome, found.last_started_at) == (Outcome.DONE, NOW + dt.timedelta(seconds=99))


def test_what_is_not_the_tools_fault_says_nothing_of_its_health():
    _runs(1, outcome=Outcome.DONE, duration_ms=5)
    for outcome in (Outcome.REFUSED, Outcome.CANCELED, Outcome.CACHED, Outcome.RUNNING):
        _runs(3, outcome=outcome, duration_ms=0.1)

    found = _health(_tool())

    assert (found.error_rate, found.median_ms, found.last_outcome) == (0.0, 5.0, Outcome.RUNNING)


def test_a_tool_that_never_ran_has_no_health():
    found = _health(_tool())

    assert (found.runs, found.last_started_at, found.error_rate, found.median_ms) == (0, None, None, None)


def test_health_in_a_book_is_of_its_runs_alone():
    book = BookFactory()
    _runs(10, outcome=Outcome.ERROR)
    _runs(2, book=book, outcome=Outcome.DONE)

    assert _health(_tool(), book=book).error_rate == 0.0
    assert _health(_tool()).error_rate == 10 / 12


def test_pages_follow_each_other_without_gap_or_repetition(admin):
    made = [run.pk for run in _runs(25)]
    seen, before = [], None
    while True:
        page = runs_page(user=admin, before=before, limit=10)
        seen += [run.pk for run in page.runs]
        if page.before is None:
            break
        before = page.before

    assert seen == made[::-1]
    assert runs_page(user=admin, limit=25).before is None


def test_runs_are_filtered_by_everything_at_once(admin):
    book, other = BookFactory(), _tool("camt_statement")
    _runs(20)
    (wanted,) = _runs(1, other, book=book, asked_by=admin, asked_through=Asker.AGENT, outcome=Outcome.TIME)
    _runs(1, other, book=book, asked_by=admin, asked_through=Asker.AGENT, outcome=Outcome.REFUSED)

    page = runs_page(
        user=admin,
        wanted=RunFilter(
            tool=other, book=book, only_failed=True, asked_through="agent", asked_by=admin,
            since=NOW, until=NOW + dt.timedelta(seconds=1),
        ),
    )  # fmt: skip

    assert page.runs == [wanted]
    assert len(runs_page(user=admin, wanted=RunFilter(outcome=Outcome.REFUSED)).runs) == 1
    assert runs_page(user=admin, wanted=RunFilter(until=NOW)).runs == []


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.VIEWER, 0), (Role.BOOKKEEPER, 1), (Role.REVIEWER, 1), (Role.OWNER, 1)]
)
def test_members_see_what_was_done_for_their_book(role, sees):
    member = MembershipFactory(role=role)
    for book in (member.book, BookFactory(), None):
        (run,) = _runs(1, book=book)
        EgressRequest.objects.create(
            at=NOW,
            run=run,
            book=book,
            purpose="search",
            method="GET",
            host="example.org",
            url="/",
            redaction="strict",
        )

    assert [run.book for run in runs_page(user=member.user).runs] == [member.book] * sees
    assert [each.book for each in requests_page(user=member.user).requests] == [member.book] * sees
    member.user.is_active = False
    assert runs_page(user=member.user).runs == []
    assert len(runs_page(user=UserFactory(is_firm_admin=True)).runs) == 3


def test_the_egress_ledger_is_filtered(admin):
    (run,) = _runs(1)
    for number in range(6):
        EgressRequest.objects.create(
            at=NOW, run=run if number % 2 else None, purpose="search", method="GET",
            host=f"host{number % 3}.example.org", url="/", redaction="strict", refusal="private" if number == 5 else "",
        )  # fmt: skip

    assert len(requests_page(user=admin, runs=[run]).requests) == 3
    assert len(requests_page(user=admin, host="host2.example.org").requests) == 2
    assert len(requests_page(user=admin, only_refused=True).requests) == 1
    page = requests_page(user=admin, limit=4)
    assert len(requests_page(user=admin, limit=4, before=page.before).requests) == 2


def test_many_runs_are_listed_and_filtered_by_one_query(admin, django_assert_num_queries):
    books, other = [BookFactory() for _ in range(3)], _tool("camt_statement")
    for number in range(4):
        _runs(_MANY // 4, other if number % 2 else None, book=books[number % 3])
    owner = MembershipFactory(book=books[0], role=Role.OWNER).user
    middle = ToolRun.objects.order_by("-id")[_MANY // 2].pk

    for user in (admin, owner):
        for wanted in (
            RunFilter(),
            RunFilter(tool=other),
            RunFilter(book=books[0]),
            RunFilter(only_failed=True),
            RunFilter(outcome=Outcome.TIME),
            RunFilter(asked_through="agent", since=NOW),
        ):
            for before in (None, middle):
                with django_assert_num_queries(1):
                    runs_page(user=user, wanted=wanted, before=before)
    with django_assert_num_queries(1):
        tools_with_health()


def test_a_page_is_read_without_its_long_fields_and_without_asking_again(admin, django_assert_num_queries):
    _runs(20, book=BookFactory(), asked_by=admin)

    with django_assert_num_queries(1):
        for run in runs_page(user=admin).runs:
            assert all((str(run.tool), str(run.book), str(run.asked_by)))
            assert not {"arguments", "result", "traceback"} & run.__dict__.keys()


def test_the_profile_that_is_told_is_the_one_that_is_in_force(admin):
    book = BookFactory()
    paths = ["tools.mcp_bridge.call_tool", "tools.mcp_bridge.list_tools"]
    tools = {tool.module_path: tool for tool in Tool.objects.filter(module_path__in=paths)}
    for tool in tools.values():
        enable_tool(tool=tool, user=admin, now=NOW)
    assert profiles_on() == {"strict": paths}

    # Saved by one tool for its package, then by the other, and at last for one book alone.
    steps = [(paths[0], None, "off"), (paths[1], None, "names"), (paths[0], book, "off")]
    told = []
    for minute, (path, of_book, profile) in enumerate(steps):
        now = NOW + dt.timedelta(minutes=minute)
        configure_tool(tool=tools[path], book=of_book, values={"redaction": profile}, user=admin, now=now)
        in_force = {configuration_for(tool, book)["redaction"] for tool in tools.values()}
        told.append((profiles_on(book=book), in_force, profiles_on()))

    assert told == [
        ({"off": paths}, {"off"}, {"off": paths}),
        ({"names": paths}, {"names"}, {"names": paths}),
        ({"off": paths}, {"off"}, {"names": paths}),
    ]
