"""What a book allows a day is counted before each request leaves, by the service and by PostgreSQL."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from ledgerflow.agent.errors import AgentError
from ledgerflow.agent.models import AgentConversation, AgentSettings, AgentTurn
from ledgerflow.agent.selectors import used_on
from ledgerflow.agent.services import Allowed, allow
from tests.agent.desk import PRICE, SEARCH, Desk
from tests.agent.server import Behavior, answers, completion
from tests.classification.rows import NOW

DAY = NOW.date()


def _names(desk, count):
    for at in range(count):
        desk.open(f"{chr(65 + at) * 3}ville Works")


def test_requests_beyond_the_budget_are_not_sent(desk):
    desk.allow(calls_a_day=2)
    _names(desk, 4)
    desk.server.says(answers("6530"))

    asked = desk.ask()

    assert (asked.asked, asked.suggested) == (2, 2)
    assert "budget" in asked.stopped
    assert len(desk.server.requests) == 2


def test_the_next_day_has_its_own_budget(desk):
    desk.allow(calls_a_day=1)
    _names(desk, 2)
    desk.server.says(answers("6530"))
    desk.ask()

    desk.moment += timedelta(days=1)

    assert desk.ask().asked == 1


def test_a_request_that_could_cost_too_many_tokens_is_not_sent(desk):
    desk.allow(tokens_a_day=2_500)
    desk.open()

    asked = desk.ask()

    assert desk.server.requests == []
    assert desk.conversation.outcome == "budget"
    assert "2,500 tokens a day" in asked.stopped


def test_tokens_are_what_the_endpoint_counted(desk):
    desk.open()
    desk.server.says(answers("6530"))

    desk.ask()

    assert used_on(book=desk.book, day=DAY, currency="").tokens == 120


def test_an_endpoint_that_counts_nothing_costs_what_was_reserved(desk):
    desk.open()
    desk.server.says(Behavior(completion(calls=[("answer", '{"account": null}')], usage=False)))

    desk.ask()

    assert used_on(book=desk.book, day=DAY, currency="").tokens > 2_000


def test_money_is_counted_and_limited(desk, settings):
    settings.AGENT_PRICE = PRICE
    desk.allow(money_a_day=Decimal("0.0070"))
    _names(desk, 4)
    desk.server.says(answers("6530"))

    asked = desk.ask()

    spent = used_on(book=desk.book, day=DAY, currency="USD").money
    assert spent == Decimal("0.000140") * asked.suggested
    assert asked.suggested == 4, "what was reserved is given back when the endpoint has counted"
    desk.allow(money_a_day=Decimal("0.0030"))
    desk.open("Zeta Works")
    assert "0.003 USD a day" in desk.ask().stopped


def test_a_price_in_another_currency_is_not_taken_for_the_limits(desk, settings):
    settings.AGENT_PRICE = PRICE
    desk.allow(money_a_day=Decimal(1))
    settings.AGENT_PRICE = (Decimal(1), Decimal(1), "EUR")
    desk.open()

    assert "limits money in USD" in desk.ask().stopped
    assert desk.server.requests == []


def test_money_cannot_be_limited_without_a_price(desk):
    with pytest.raises(AgentError, match="no price is set"):
        desk.allow(money_a_day=Decimal(1))


@pytest.mark.parametrize(
    ("allowed", "match"),
    [
        ({"calls_a_day": -1}, "Requests a day"),
        ({"calls_a_day": 10_001}, "Requests a day"),
        ({"tokens_a_day": -1}, "Tokens a day"),
        ({"privacy": "none"}, "no such privacy"),
        ({"tools": ("tools.mail.send",)}, "free text"),
    ],
)
def test_limits_out_of_range_are_refused(desk, allowed, match):
    with pytest.raises(AgentError, match=match):
        desk.allow(**allowed)


def test_two_runs_at_once_count_each_other(committed_db, server, settings):
    desk = Desk(server, settings, calls_a_day=5)
    _names(desk, 12)
    server.says(Behavior(answers("6530").body, wait=0.05))

    def run():
        try:
            desk.ask()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert AgentTurn.objects.count() == 5
    assert len(server.requests) == 5


def _turn(conversation, **other):
    given = {
        "book_id": conversation.book_id, "conversation": conversation, "no": 50, "kind": "request", "state": "sent",
        "sent": {}, "day": DAY, "started_at": NOW, "tokens_in": 10, "tokens_out": 10,
    }  # fmt: skip
    return AgentTurn(**(given | other))


def test_postgresql_lets_no_request_by_that_the_book_does_not_allow(desk):
    desk.open()
    desk.ask()
    conversation = desk.conversation
    AgentSettings.objects.update(calls_a_day=1)
    with pytest.raises(IntegrityError, match="used up"), transaction.atomic():
        _turn(conversation).save()
    AgentSettings.objects.update(calls_a_day=10, tokens_a_day=130)
    with pytest.raises(IntegrityError, match="used up"), transaction.atomic():
        _turn(conversation).save()
    AgentSettings.objects.update(tokens_a_day=1_000, money_a_day=1, money_currency="USD")
    with pytest.raises(IntegrityError, match="used up"), transaction.atomic():
        _turn(conversation).save()
    AgentSettings.objects.update(is_enabled=False)
    with pytest.raises(IntegrityError, match="does not allow the agent"), transaction.atomic():
        _turn(conversation, cost=0, currency="USD").save()
    AgentSettings.objects.update(is_enabled=True)
    _turn(conversation, cost=0, currency="USD").save()


def test_postgresql_lets_no_tool_by_that_the_book_does_not_allow(desk):
    desk.open()
    desk.ask()
    with pytest.raises(IntegrityError, match="this tool"), transaction.atomic():
        _turn(desk.conversation, kind="tool", state="sent", tool="tools.search_tool.search_web").save()


def test_postgresql_lets_no_tools_answer_by_whose_call_was_not_on_record_first(desk):
    desk.allow(tools=(SEARCH,))
    desk.open()
    desk.ask()

    for state in ("answered", "failed"):
        with pytest.raises(IntegrityError, match="before it is made"), transaction.atomic():
            _turn(desk.conversation, kind="tool", state=state, tool=SEARCH).save()

    _turn(desk.conversation, kind="tool", state="sent", tool=SEARCH).save()


def test_what_was_said_does_not_change(desk):
    desk.open()
    desk.server.says(answers("6530"))
    desk.ask()
    changes = (
        lambda: AgentTurn.objects.update(sent={}),
        lambda: AgentTurn.objects.all()._raw_delete("default"),
        lambda: AgentConversation.objects.update(outcome="unsure", account=None, answer=None),
        lambda: AgentConversation.objects.all()._raw_delete("default"),
    )
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_switched_on_without_a_person_is_refused(desk):
    with pytest.raises(IntegrityError, match="agent_enabled_by_someone"), transaction.atomic():
        AgentSettings.objects.update(enabled_by=None)


def test_consent_is_dated_when_more_is_allowed_and_not_when_less_is(desk):
    later = NOW + timedelta(days=1)
    kept = AgentSettings.objects.get()
    assert kept.enabled_at == NOW

    allow(book=desk.book, allowed=Allowed(is_enabled=True, calls_a_day=5), user=desk.user, now=later)
    assert AgentSettings.objects.get().enabled_at == NOW

    allow(book=desk.book, allowed=Allowed(is_enabled=True, privacy="names"), user=desk.user, now=later)
    assert AgentSettings.objects.get().enabled_at == later


def test_a_conversation_that_a_killed_worker_left_is_ended_by_the_next_run(desk):
    desk.open()
    desk.ask()
    left = desk.conversation
    left.pk, left.outcome, left.finished_at = None, "running", None
    left.save(force_insert=True)

    desk.ask()

    left.refresh_from_db()
    assert (left.outcome, left.finished_at is not None) == ("broken", True)
    assert timezone.is_aware(left.finished_at)
