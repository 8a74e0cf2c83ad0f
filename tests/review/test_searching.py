"""The queue keeps to what is searched for, and what is done to all that match is done to that alone, as one set."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification, DecisionChange, LineTag, State
from ledgerflow.classification.services import exclude
from tests.booked import NOW
from tests.review.test_groups import Queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return Queue()


def _ask(queue, path, **sent):
    address = queue.file.address(f"review/{path}/")
    return queue.browser.post(address, sent, headers={"Accept": "application/json"}).json()


def _rows(page):
    return [int(line) for line in re.findall(r'<tr data-line="(\d+)"', page)]


def test_the_queue_keeps_to_the_search_on_its_pages_tabs_and_groups(queue):
    shell = queue.lines("SHELL 5742", 3)
    queue.lines("SHELL 5742", 1, amount=Decimal(5))
    queue.lines("ROSSI BAKERY", 2)

    page = queue.page("tab=to-review&q=shell+money%3Aout")

    assert _rows(page) == shell
    assert "3 lines match." in page
    assert "Accept all 3 matching" in queue.words("q=shell+money%3Aout")
    assert 'value="shell money:out"' in page
    assert 'name="q" value="shell money:out"' in page
    assert 'href="?tab=reviewed&amp;q=shell+money%3Aout"' in page
    assert "tab=to-review&amp;q=shell+money%3Aout&amp;group=payee" in page
    assert _rows(queue.page("q=shell+money%3Aout&group=payee")) == shell
    assert "Accept these 3" in queue.words("q=shell+money%3Aout&group=payee")
    viewer = queue.file.client(Role.VIEWER).get(queue.file.address("review/?q=shell")).content.decode()
    assert len(_rows(viewer)) == 4
    assert "No line on this tab matches" in queue.page("tab=excluded&q=shell")


def test_a_search_that_is_none_names_the_word_and_offers_nothing_for_all_lines(queue):
    shell = queue.lines("SHELL 5742", 2)

    page = queue.page("q=shell+is%3Alost+refund")

    assert "Here stands one of unreviewed" in page
    assert 'shell is:<mark class="search-wrong">lost</mark> refund' in page
    assert _rows(page) == shell
    assert "matching" not in page.partition('class="review-panes"')[2]
    for typed, marked in (
        ("  shell+is:lost", 'shell is:<mark class="search-wrong">lost</mark></span>'),
        ("has:%22no thing%22 x", 'has:<mark class="search-wrong">&quot;no thing&quot;</mark> x'),
        ("(shell", '(shell<mark class="search-wrong"></mark>'),
    ):
        assert marked in queue.page(f"q={typed}")


def test_a_search_keeps_to_the_payee_and_the_account_that_the_queue_keeps_to(queue):
    queue.lines("SHELL 5742", 2)
    kept = f"payee={queue.payee('Shell')}&account={queue.file.expense.pk}"

    form = queue.page(f"{kept}&group=payee").partition('role="search"')[2].partition("</form>")[0]

    sent = re.findall(r'type="hidden" name="(\w+)" value="([\w-]*)"', form)
    assert dict(sent) == {
        "tab": "to-review",
        "group": "payee",
        "payee": str(queue.payee("Shell")),
        "account": str(queue.file.expense.pk),
    }


def test_all_that_match_are_accepted_excluded_and_tagged_and_no_other_line(queue):
    shell = queue.lines("SHELL 5742", 3)
    other = queue.lines("ROSSI BAKERY", 2)
    everything = {"tab": "to-review", "q": "shell", "through": shell[-1], "count": 3}

    tagged = _ask(queue, "tag", tags="#berlin", **everything)
    accepted = _ask(queue, "accept", **everything)
    _ask(queue, "undo")
    excluded = _ask(queue, "exclude", reason="private", **everything)

    assert tagged["message"] == "#berlin on 3 lines."
    assert set(LineTag.objects.values_list("line_id", flat=True)) == set(shell)
    assert (accepted["message"], accepted["reload"]) == ("3 accepted.", True)
    assert excluded["message"] == "3 excluded."
    states = dict(Classification.objects.filter(line__in=[*shell, *other]).values_list("line_id", "state"))
    assert {states[line] for line in shell} == {State.EXCLUDED}
    assert {states[line] for line in other} == {State.OPEN}
    back = {"tab": "excluded", "q": "#berlin", "through": shell[-1], "count": 3}
    assert _ask(queue, "reopen", **back)["message"] == "3 back in review."


def test_all_that_match_are_those_of_the_tab_that_was_shown(queue):
    shell = queue.lines("SHELL 5742", 4)
    exclude(book=queue.book, line_ids=shell[2:], reason="", user=queue.file.owner, now=NOW)
    everything = {"q": "shell", "through": shell[-1], "count": 2}

    refused = _ask(queue, "accept", tab="excluded", **everything)
    others = _ask(queue, "accept", tab="reviewed", **everything)

    assert refused["message"] == "0 accepted. 2 not: It is excluded; send it back to review first."
    assert "2 were shown, 0 match now" in others["error"]
    assert queue.accepted() == set()


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"q": "is:lost"}, "one of unreviewed"),
        ({"q": "x" * 501}, "500 characters"),
        ({"tab": "somewhere"}, "somewhere"),
        ({"count": 2}, "2 were shown, 3 match now"),
        ({"q": "bakery"}, "3 were shown, 0 match now"),
        ({"through": "x"}, "whole number"),
    ],
)
def test_nothing_is_done_where_others_match_or_the_search_is_none(queue, sent, why):
    shell = queue.lines("SHELL 5742", 3)

    answer = _ask(queue, "exclude", **{"q": "shell", "through": shell[-1], "count": 3, **sent})

    assert why in answer["error"]
    assert not Classification.objects.filter(line__in=shell, state=State.EXCLUDED).exists()


def test_the_number_of_queries_grows_with_nothing(queue):
    counts = []
    for size in (1, 20):
        lines = queue.lines("SHELL 5742", size)
        queue.page("q=shell")
        with CaptureQueriesContext(connection) as asked:
            queue.page("q=shell+-refund+amount%3A%3E1+is%3Aunreviewed")
        with CaptureQueriesContext(connection) as done:
            _ask(
                queue,
                "set",
                q="shell",
                through=lines[-1],
                count=size,
                **{"set-account": queue.file.expense.pk},
            )
        counts.append((len(asked), len(done)))
        Classification.objects.filter(line__in=lines).update(state=State.EXCLUDED)

    assert counts[0] == counts[1]


def test_lines_are_set_to_an_account_and_a_payee_at_once_and_undone_as_one(queue):
    shell = queue.lines("SHELL 5742", 2)
    bakery = queue.lines("ROSSI BAKERY", 1)
    held = queue.lines("ROSSI BAKERY", 1, hold="proof")
    later = queue.lines("CORNER KIOSK", 1)
    account = queue.file.expense.pk

    answer = _ask(
        queue, "set", lines=[*shell, *bakery, *held], **{"set-account": account, "set-payee": "Corner Kiosk"}
    )

    assert answer["message"] == (
        "3 changed. 1 not: Its statement does not prove; someone must release its lines first."
    )
    made = Classification.objects.filter(line__in=[*shell, *bakery])
    assert set(made.values_list("state", "account", "payee__name", "source")) == {
        ("accepted", account, "Corner Kiosk", "person")
    }
    assert DecisionChange.objects.filter(book=queue.book, act="decide").count() == 1
    # The texts name the payee from now on.
    again = queue.lines("ROSSI BAKERY", 1)
    assert Classification.objects.get(line=again[0]).payee.name == "Corner Kiosk"
    assert Classification.objects.get(line=later[0]).state == State.OPEN
    assert _ask(queue, "undo")["message"] == "Undone: decided, 3 lines."
    assert set(made.values_list("state", "payee__name")) == {("open", "Shell"), ("open", "Rossi Bakery")}
    again = queue.lines("ROSSI BAKERY", 1)
    assert Classification.objects.get(line=again[0]).payee.name == "Rossi Bakery"


def test_a_payee_alone_accepts_nothing_and_nothing_is_no_setting(queue):
    shell = queue.lines("SHELL 5742", 2)

    named = _ask(queue, "set", lines=shell, **{"set-payee": "Fuel Inc"})
    empty = _ask(queue, "set", lines=shell)
    strange = _ask(queue, "set", lines=shell, **{"set-account": Queue().file.expense.pk})

    assert named["message"] == "2 changed."
    assert set(Classification.objects.filter(line__in=shell).values_list("state", "payee__name")) == {
        ("open", "Fuel Inc")
    }
    assert empty["error"] == "Say what the lines are to be set to."
    assert "valid choice" in strange["error"]
    exclude(book=queue.book, line_ids=shell, reason="", user=queue.file.owner, now=NOW)
    assert (
        "It is excluded"
        in _ask(queue, "set", lines=shell, **{"set-account": queue.file.expense.pk})["message"]
    )


def test_a_viewer_sets_nothing(queue):
    shell = queue.lines("SHELL 5742", 1)
    viewer = queue.file.client(Role.VIEWER)

    answer = viewer.post(queue.file.address("review/set/"), {"lines": shell, "set-payee": "X"})

    assert answer.status_code == 403
    assert "data-set-form" not in viewer.get(queue.file.address("review/")).content.decode()


def test_every_line_is_searched_whatever_its_state_in_pages_and_few_queries(queue):
    shell = queue.lines("SHELL 5742", 60)
    exclude(book=queue.book, line_ids=shell[:30], reason="", user=queue.file.owner, now=NOW)
    queue.lines("ROSSI BAKERY", 1)
    viewer = queue.file.client(Role.VIEWER)

    def asked(query):
        with CaptureQueriesContext(connection) as queries:
            page = viewer.get(queue.file.address(f"review/lines/?{query}")).content.decode()
        return page, [int(line) for line in re.findall(r'data-choice="(\d+)"', page)], len(queries)

    first, latest, many = asked("q=shell")
    older = re.search(r'href="\?(q=shell&amp;before=[^"]+)"', first)[1].replace("&amp;", "&")

    assert latest + asked(older)[1] == shell[::-1]
    _, excluded, few = asked(f"q=is:excluded+payee:shell+date:2026&before=2026-01-05_{shell[1]}")
    assert (excluded, few) == (shell[:1], many)
    wrong, none, _ = asked("q=is:lost")
    assert (none, '<mark class="search-wrong">lost</mark>' in wrong) == ([], True)
    assert "No line matches" in asked("q=nothing")[0]
    assert asked("before=2026-99-99_1")[1] == asked("")[1]
