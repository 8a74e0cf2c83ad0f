"""Rules come first, habits second, and each proposal says why."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.classification.conditions import RuleConditions
from ledgerflow.classification.engine import (
    RuleValue,
    candidates,
    confidence_word,
    first_match,
    folded,
    nothing,
    suggest,
)
from ledgerflow.classification.searching import IN, OUT, Look, needle
from ledgerflow.statements.models import BankAccount

ANY = "any"


def rule(text="", *, number=1, direction=ANY, least=None, most=None, bank=None, accepts=False):
    account = BankAccount(pk=bank, name="Savings") if bank else None
    condition = RuleConditions(text, direction, least, most, account).condition()
    return RuleValue(
        number, condition, 10, "6530 Fuel", accepts=accepts, position=number, needle=needle(condition)
    )


def winner(rules, *, text="", amount="-1", bank=5):
    found = candidates(rules, text=folded(text), bank_account_id=bank)
    return first_match(found, text=folded(text), bank_account_id=bank, amount=Decimal(amount))


def matches(one, **line):
    return winner([one], **line) is one


def test_a_text_matches_without_case_and_accents():
    assert matches(rule("cafe crème"), text="CAFÉ  CREME 12")


def test_a_text_matches_with_doubled_spaces():
    assert matches(rule("shell oil"), text="Shell   Oil 123")


def test_another_text_does_not_match():
    assert not matches(rule("shell"), text="she sells sea shards")


@pytest.mark.parametrize(
    ("direction", "amount", "expected"),
    [
        (IN, "1", True),
        (IN, "-1", False),
        (OUT, "-1", True),
        (OUT, "1", False),
        (OUT, "0", False),
        (ANY, "0", True),
    ],
)
def test_a_direction_is_about_the_sign(direction, amount, expected):
    assert matches(rule("x", direction=direction), text="x", amount=amount) is expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("-5", True), ("-10", True), ("5", True), ("-4.99", False), ("-10.01", False)],
)
def test_a_range_is_about_the_size_and_holds_its_ends(amount, expected):
    assert matches(rule(least=Decimal(5), most=Decimal(10)), amount=amount) is expected


def test_a_bank_account_is_asked_for():
    assert matches(rule(bank=5), bank=5)
    assert not matches(rule(bank=5), bank=6)


def test_the_first_rule_wins():
    first, second = rule("shell", number=1), rule("shell oil", number=2)

    assert winner([first, second], text="shell oil") is first


def test_a_rule_behind_one_that_amounts_rule_out_still_gets_its_turn():
    large, rest = rule("shell", number=1, least=Decimal(100)), rule("shell", number=2)

    assert winner([large, rest], text="shell") is rest
    assert winner([large, rest], text="shell", amount="-100") is large


RULES = st.lists(
    st.builds(
        rule,
        st.sampled_from(["", "a", "ab", "b"]),
        number=st.integers(1, 9),
        direction=st.sampled_from([ANY, IN, OUT]),
        least=st.none() | st.decimals(0, 9, places=2),
        most=st.none() | st.decimals(0, 9, places=2),
        bank=st.sampled_from([None, 5, 6]),
    ),
    max_size=6,
)


@given(RULES, st.sampled_from(["", "a", "abc", "b"]), st.decimals(-9, 9, places=2))
def test_candidates_keep_every_rule_that_could_win(rules, text, amount):
    look = Look(text, 5, amount)
    plain = next((one for one in rules if one.condition.holds(look)), None)

    assert winner(rules, text=text, amount=amount) == plain


def test_a_rule_suggests_with_its_sentence():
    made = suggest(rule=rule("shell"), payee_id=7)

    assert (made.account_id, made.source, made.payee_id, made.accepts) == (10, "rule", 7, False)
    assert made.reason == 'A rule says 6530 Fuel: text contains "shell".'


@pytest.mark.parametrize(
    ("search", "end"),
    [
        (" ".join(f"-word{n}" for n in range(10, 60)), r', not text contains "word\d\d", …$'),
        (",".join(f"word{n}" for n in range(10, 60)), r' or text contains "word\d\d" or …$'),
        ('"' + "word " * 80 + '"', " word…$"),
    ],
)
def test_a_long_sentence_ends_at_a_condition_or_else_at_a_word(search, end):
    long = replace(rule(), condition=RuleConditions(search=search).condition())

    reason = suggest(rule=long, payee_id=None).reason

    assert 260 < len(reason) <= 300
    assert re.search(end, reason)
    assert nothing(7, "word " * 80).reason.endswith(" word…")


def test_only_a_rule_that_may_accepts():
    assert suggest(rule=rule("shell", accepts=True), payee_id=None).accepts
    assert not nothing(7).accepts


def test_nothing_known_gives_an_empty_proposal_with_a_reason():
    made = nothing(None)

    assert (made.account_id, made.source, made.confidence) == (None, "none", 0)
    assert made.reason


def test_a_confidence_has_a_word():
    assert [confidence_word(Decimal(x)) for x in ("0.95", "0.9", "0.6", "0.5", "0")] == [
        "Sure",
        "Sure",
        "Likely",
        "Guess",
        "",
    ]
