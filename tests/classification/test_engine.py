"""Rules come first, habits second, and each proposal says why."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.classification.engine import (
    ANY,
    IN,
    OUT,
    RuleValue,
    candidates,
    confidence_word,
    first_match,
    folded,
    nothing,
    suggest,
)


def rule(text="", *, number=1, direction=ANY, least=None, most=None, bank=None, accepts=False):
    return RuleValue(number, folded(text), direction, least, most, bank, 10, "6530 Fuel", None, accepts)


def matches(one, *, text="", amount="-1", bank=5):
    return first_match(candidates([one], text=folded(text), bank_account_id=bank), Decimal(amount)) is one


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

    found = candidates([first, second], text="shell oil", bank_account_id=1)

    assert first_match(found, Decimal(-1)) is first


def test_a_rule_behind_one_that_amounts_rule_out_still_gets_its_turn():
    large, rest = rule("shell", number=1, least=Decimal(100)), rule("shell", number=2)

    found = candidates([large, rest], text="shell", bank_account_id=1)

    assert first_match(found, Decimal(-1)) is rest
    assert first_match(found, Decimal(-100)) is large


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
    plain = next(
        (
            one
            for one in rules
            if one.text in text and one.bank_account_id in (None, 5) and one.takes_amount(amount)
        ),
        None,
    )

    assert first_match(candidates(rules, text=text, bank_account_id=5), amount) == plain


def test_a_rule_suggests_with_its_sentence():
    made = suggest(rule=rule("shell"), payee_id=7)

    assert (made.account_id, made.source, made.payee_id, made.accepts) == (10, "rule", 7, False)
    assert made.reason == 'A rule says 6530 Fuel: text contains "shell".'


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
