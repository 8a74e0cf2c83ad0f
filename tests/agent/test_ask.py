"""The agent is asked once a payee about lines that nothing else suggests, and what it answers is a suggestion."""

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.agent.errors import AgentOffError
from ledgerflow.agent.models import AgentProposal, AgentSettings, AgentTurn
from ledgerflow.agent.services import Allowed, allow
from ledgerflow.agent.services.replay import recorded, replay
from ledgerflow.agent.services.ways import ToolAnswer
from ledgerflow.classification.models import Rule
from ledgerflow.classification.services import accept, accept_confident, classify_lines, decide, suggest_anew
from ledgerflow.statements.models import Hold
from tests.agent.desk import PAYEE, SEARCH
from tests.agent.server import Behavior, answers, calls, completion
from tests.classification.rows import NOW
from tests.factories import BankAccountFactory


def test_an_answer_becomes_a_suggestion_that_waits_for_a_person(desk):
    line = desk.open()
    desk.server.says(answers("6530", reason="Sells fuel."))

    asked = desk.ask()

    made = desk.made(line)
    assert (asked.asked, asked.suggested, asked.stopped) == (1, 1, "")
    assert (made.state, made.account, made.source, made.decided_by) == ("open", desk.fuel, "agent", None)
    assert made.reason == "The agent (scripted) says: Sells fuel."
    assert made.confidence == Decimal("0.500"), "what a model says of itself is no confidence"
    assert desk.conversation.outcome == "proposed"
    assert AgentProposal.objects.get().line_id == line.pk


def test_lines_of_a_payee_are_one_question(desk):
    lines = [desk.open(amount=amount) for amount in ("-40.00", "-9.00", "-312.50")]
    desk.server.says(answers("6530"))

    asked = desk.ask()

    assert (asked.asked, asked.suggested) == (1, 3)
    assert len(desk.server.requests) == 1
    assert {desk.made(line).account for line in lines} == {desk.fuel}
    told = desk.server.requests[0]["messages"][1]["content"]
    assert "3 bank lines, money out" in told
    assert "under 10 (1), 10 to 50 (1), 200 to 1,000 (1)" in told


def test_money_in_and_money_out_are_two_questions(desk):
    desk.open(amount="-40.00")
    desk.open(amount="40.00")

    assert desk.ask().asked == 2


def test_what_rules_and_habits_suggest_is_not_asked_about(desk):
    known = desk.open("Red Kite Garage")
    decide(book=desk.book, line_id=known.pk, user=desk.user, now=NOW, account=desk.fuel)
    desk.open("Red Kite Garage")
    Rule.objects.create(
        book=desk.book, position=1, text="heron", account=desk.food, made_by=desk.user, made_at=NOW
    )
    desk.open("Blue Heron Supply")
    desk.open("Held Back Ltd", hold=Hold.QUESTION)
    desk.open("Pending Ltd", is_pending=True)

    assert desk.ask().asked == 0
    assert desk.server.requests == []


def test_the_same_payee_is_not_asked_about_again(desk):
    desk.open()
    desk.server.says(answers("6530"))
    desk.ask()
    later = desk.open()
    classify_lines(book=desk.book, line_ids=[later.pk])

    asked = desk.ask()

    assert (asked.asked, asked.cached, asked.suggested) == (0, 1, 1)
    assert desk.made(later).account == desk.fuel
    assert len(desk.server.requests) == 1
    assert AgentProposal.objects.filter(conversation=desk.conversation).count() == 2


def test_a_payee_in_two_currencies_is_asked_about_once(desk):
    euros = BankAccountFactory(
        book=desk.book, currency="EUR", ledger_account__book=desk.book, ledger_account__currency="EUR"
    )
    lines = [desk.open(), desk.open(currency="EUR", bank_account=euros)]
    desk.server.says(answers("6530"))

    asked = desk.ask()

    assert (asked.asked, asked.cached, asked.suggested) == (1, 1, 2)
    assert {desk.made(line).account for line in lines} == {desk.fuel}


def test_what_was_answered_before_takes_as_many_queries_for_many_payees_as_for_one(desk):
    names = [f"{chr(65 + at) * 3}ville Works" for at in range(8)]
    for name in names:
        desk.open(name)
    desk.server.says(answers("6530"))
    desk.ask()
    counted = []
    for again in (names[:1], names[1:]):
        for name in again:
            desk.open(name)
        with CaptureQueriesContext(connection) as queries:
            asked = desk.ask()
        assert (asked.asked, asked.cached, asked.suggested) == (0, len(again), len(again))
        counted.append(len(queries))

    assert counted[0] == counted[1] < 30


def test_not_sure_is_an_answer_that_is_kept_too(desk):
    line = desk.open()
    desk.server.says(answers(None))

    desk.ask()
    asked = desk.ask()

    assert desk.conversation.outcome == "unsure"
    assert desk.made(line).account is None
    assert (asked.asked, asked.cached, asked.suggested) == (0, 1, 0)


def test_not_sure_is_asked_anew_once_it_may_look_up_and_not_when_it_may_no_more(desk):
    line = desk.open()
    desk.server.says(answers(None), calls(("identify_payee", "{}")), answers("6530"))
    desk.ask()
    desk.allow(tools=(PAYEE,))
    desk.tools.results = {PAYEE: {"kind": "fuel station"}}

    assert desk.ask().asked == 1
    assert desk.made(line).account == desk.fuel
    unknown = desk.open("Red Kite Garage")
    desk.server.says(answers(None))
    desk.ask()
    desk.allow(tools=())

    asked = desk.ask()

    assert (asked.asked, asked.cached) == (0, 1)
    assert desk.made(unknown).account is None


@pytest.mark.parametrize("said", [answers("9999"), calls(("nothing", "{}"))])
def test_a_model_that_failed_is_asked_anew_once_it_may_look_up(desk, said):
    desk.open()
    desk.server.says(said)
    desk.ask()
    assert desk.conversation.outcome in {"wrong", "endless"}
    assert desk.ask().asked == 0

    desk.allow(tools=(SEARCH,))

    assert desk.ask().asked == 1


def test_another_chart_or_model_is_asked_anew(desk, settings):
    desk.open()
    desk.ask()

    desk.food.name = "Food"
    desk.food.save()
    assert desk.ask().asked == 1

    settings.AGENT_MODEL = "other"
    assert desk.ask().asked == 1


def test_a_text_answer_in_json_is_taken_as_well(desk):
    line = desk.open()
    desk.server.says(Behavior(completion(content='```json\n{"account": "6640", "reason": "Food."}\n```')))

    desk.ask()

    assert desk.made(line).account == desk.food


def test_an_account_outside_the_chart_is_told_once_and_then_given_up(desk):
    line = desk.open()
    desk.server.says(answers("9999"))

    desk.ask()

    assert desk.made(line).account is None
    assert desk.conversation.outcome == "wrong"
    assert "none of the codes" in desk.conversation.sentence
    assert len(desk.server.requests) == 2
    assert desk.ask().asked == 0, "a model that fails is not paid for again on the same day"


def test_a_wrong_answer_can_be_put_right(desk):
    line = desk.open()
    desk.server.says(answers("Fuel"), answers("6530"))

    desk.ask()

    assert desk.made(line).account == desk.fuel


def test_neither_suspense_nor_the_bank_nor_an_archived_account_is_offered(desk):
    desk.open()
    desk.food.is_archived = True
    desk.food.save()

    desk.ask()

    offered = desk.server.requests[0]["tools"][0]["function"]["parameters"]["properties"]["account"]
    assert offered["anyOf"][0]["enum"] == ["4000", "6530"]


def test_the_sure_ones_never_hold_what_an_agent_proposed(desk):
    line = desk.open()
    desk.server.says(answers("6530"))
    desk.ask()

    assert accept_confident(book=desk.book, user=desk.user, now=NOW).count == 0
    assert accept(book=desk.book, line_ids=[line.pk], user=desk.user, now=NOW).count == 1
    assert desk.made(line).decided_by == desk.user


def test_the_confidence_is_the_record_of_its_proposals(desk):
    desk.server.says(answers("6530"))
    for name in ("Alpha Works", "Beta Works", "Gamma Works"):
        line = desk.open(name)
        desk.ask()
        accept(book=desk.book, line_ids=[line.pk], user=desk.user, now=NOW)
    wrong = desk.open("Delta Works")
    desk.ask()
    decide(book=desk.book, line_id=wrong.pk, user=desk.user, now=NOW, account=desk.food)

    last = desk.open("Epsilon Works")
    desk.ask()

    assert desk.made(last).confidence == Decimal("0.667"), "three of four, by Laplace's rule"


def test_a_rule_goes_before_a_proposal_and_nothing_does_not(desk):
    line = desk.open()
    desk.server.says(answers("6530"))
    desk.ask()

    suggest_anew(book=desk.book)
    assert desk.made(line).source == "agent"

    Rule.objects.create(
        book=desk.book, position=1, text="heron", account=desk.food, made_by=desk.user, made_at=NOW
    )
    suggest_anew(book=desk.book)
    assert (desk.made(line).source, desk.made(line).account) == ("rule", desk.food)


def test_what_a_person_decided_meanwhile_stays(desk):
    line = desk.open()
    desk.server.says(answers("no such code"), answers("6530"))
    tick = desk.clock

    def clock():
        # The person is quicker than the model's second answer.
        if len(desk.server.requests) == 1 and desk.made(line).decided_by is None:
            decide(book=desk.book, line_id=line.pk, user=desk.user, now=NOW, account=desk.food)
        return tick()

    desk.clock = clock

    assert desk.ask().suggested == 0
    assert (desk.made(line).account, desk.made(line).source) == (desk.food, "person")


def test_a_book_that_does_not_allow_it_is_not_asked_about(desk):
    desk.open()
    allow(book=desk.book, allowed=Allowed(is_enabled=False), user=desk.user, now=NOW)

    with pytest.raises(AgentOffError, match="does not allow"):
        desk.ask()
    assert desk.server.requests == []


def _after_the_first_reply(desk, **changed):
    """Change what the book allows as soon as the model has answered once."""
    tick = desk.clock

    def clock():
        if len(desk.server.requests) == 1:
            AgentSettings.objects.update(**changed)
        return tick()

    desk.clock = clock


def test_switched_off_in_between_nothing_more_is_sent(desk):
    for name in ("Alpha Works", "Beta Works", "Gamma Works"):
        desk.open(name)

    desk.server.says(answers("6530"))
    _after_the_first_reply(desk, is_enabled=False)

    assert "does not allow" in desk.ask().stopped
    assert len(desk.server.requests) == 1


WISHES = calls(("search_payee", '{"topic": "company"}'), ("identify_payee", "{}"))


def test_switched_off_while_the_model_answers_no_tool_is_called(desk):
    desk.allow(tools=(SEARCH, PAYEE))
    desk.tools.results = {SEARCH: {"results": []}, PAYEE: {"kind": "company"}}
    desk.open()

    desk.server.says(WISHES)
    _after_the_first_reply(desk, is_enabled=False)

    assert desk.ask().asked == 1
    assert desk.tools.wishes == []
    assert (desk.conversation.outcome, len(desk.turns)) == ("broken", 1)
    assert "does not allow the agent" in desk.conversation.sentence


def test_switched_off_while_a_tool_works_no_other_is_called(desk):
    desk.allow(tools=(SEARCH, PAYEE))
    desk.open()
    on_record = []

    def call(wish):
        on_record.append(AgentTurn.objects.get(tool=wish.path).state)
        AgentSettings.objects.update(is_enabled=False)
        return ToolAnswer(run_id=None, result={"results": []})

    desk.tools.call = call
    desk.server.says(WISHES)

    desk.ask()

    assert on_record == ["sent"], "each call is on record before it is made"
    assert [(turn.tool, turn.state) for turn in desk.turns] == [("", "answered"), (SEARCH, "answered")]
    assert desk.conversation.outcome == "broken"
    assert replay(recorded(desk.conversation)).is_same


def test_a_tool_that_was_taken_back_in_between_is_not_called(desk):
    desk.allow(tools=(SEARCH, PAYEE))
    desk.tools.results = {PAYEE: {"kind": "company"}}
    desk.open()

    desk.server.says(WISHES, answers("6530"))
    _after_the_first_reply(desk, tools=[PAYEE])

    desk.ask()

    assert [wish.path for wish in desk.tools.wishes] == [PAYEE]
    assert [turn.state for turn in desk.turns] == ["answered", "refused", "answered", "answered"]
    assert replay(recorded(desk.conversation)).is_same


def test_everything_that_was_said_is_on_record(desk):
    desk.open()
    desk.server.says(answers("6530", evidence=["The name says so."]))

    desk.ask()

    (turn,) = desk.turns
    sent = [message["text"] for message in turn.sent["messages"]]
    assert sent == [message["content"] for message in desk.server.requests[0]["messages"]]
    assert json.loads(turn.received["calls"][0]["arguments"])["evidence"] == ["The name says so."]
    assert (turn.kind, turn.state, turn.tokens_in, turn.tokens_out) == ("request", "answered", 100, 20)
    assert desk.conversation.answer["evidence"] == ["The name says so."]
    assert AgentTurn.objects.count() == 1
