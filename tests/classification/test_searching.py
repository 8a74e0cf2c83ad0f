"""The search syntax: read, written again as it was meant, evaluated, and refused where it says nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.classification.engine import searched
from ledgerflow.classification.errors import SearchError
from ledgerflow.classification.search_text import parsed
from ledgerflow.classification.searching import Amount, And, Bank, Look, Money, Not, Or, Payee, Text, both

BANKS = {"Savings": 5, "Main Street": 6}


def found(text, *, description="SQ *Café Amazon 4711 Berlin", amount="-40.00", bank=5):
    return parsed(text, banks=BANKS).holds(Look(searched(description, None), bank, Decimal(amount)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cafe",
        "CAFÉ amazon",
        '"café  amazon"',
        "nothing,amazon",
        "nothing, amazon",
        "payee:amazon",
        "payee:nothing,amazon",
        "-payee:4711",  # the bank's text has it, the name read out of it has not
        "-refund",
        "-(refund,return)",
        "(nothing,cafe) (amazon,ebay)",
        "bank:savings",
        'bank:"main street",Savings',
        "money:out",
        "amount:40",
        "=40.00",
        "amount:>39.99",
        "amount:>=40 amount:<=40",
        "amount:10..40",
        "amount:<5,>30",
        "-amount:>40",
        "4711",
    ],
)
def test_a_line_is_found(text):
    assert found(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "tea",
        "cafe tea",
        '"amazon cafe"',
        "payee:4711",
        "-cafe",
        "-(refund,cafe)",
        'bank:main" street',
        'bank:"Main Street"',
        "money:in",
        "amount:>40",
        "amount:<40",
        "amount:41..50",
        "=40.01",
    ],
)
def test_a_line_is_not_found(text):
    if text.count('"') % 2:
        with pytest.raises(SearchError):
            found(text)
    else:
        assert found(text) is False


@pytest.mark.parametrize(
    ("text", "word", "start"),
    [
        ("shell amout:5", "amout", 6),
        ("amount:many", "many", 7),
        ("amount:20..10", "20..10", 7),
        ("amount:5.00001", "5.00001", 7),
        ("money:sideways", "sideways", 6),
        ("bank:Nowhere", "Nowhere", 5),
        ("cafe )", ")", 5),
        ("(cafe", "", 5),
        ("()", ")", 1),
        ('say "this', '"this', 4),
        ("a,", "", 2),
        ("#travel", "#travel", 0),
        (">5", ">5", 0),
        ('""', '"', 0),
        ("( " * 30 + "a", "(", 42),
        ("a " * 101, "a", 200),
    ],
)
def test_what_is_no_search_is_refused_with_the_word_and_its_place(text, word, start):
    with pytest.raises(SearchError) as caught:
        parsed(text, banks=BANKS)

    assert (caught.value.word, caught.value.start) == (word, start)


WORDS = st.text(st.sampled_from('ab -,:()=#"<>é1'), min_size=1, max_size=6).map(
    lambda text: " ".join(text.replace("é", "e").split())
)
LEAVES = (
    WORDS.filter(bool).map(Text)
    | WORDS.filter(bool).map(Payee)
    | st.sampled_from([Bank(5, "Savings"), Bank(6, "Main Street"), Money("in"), Money("out")])
    | st.builds(Amount, st.sampled_from([">", ">=", "<", "<=", "="]), st.decimals(0, 99, places=2))
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=2, max_size=3).map(lambda some: both(*some))
        | st.lists(inner, min_size=2, max_size=3).map(lambda some: Or(tuple(some)))
    ),
    max_leaves=8,
)


@given(CONDITIONS)
def test_what_is_written_is_read_as_it_was(condition):
    assert parsed(condition.written(), banks=BANKS) == condition


@given(CONDITIONS, st.sampled_from(["a", "ab\nb", "b1\na"]), st.decimals(-99, 99, places=2))
def test_what_holds_for_every_amount_holds_for_each(condition, text, amount):
    before, after = (condition.holds(Look(text, 5, known)) for known in (None, amount))

    assert after is not None
    assert before in {None, after}


def test_a_sentence_says_the_same():
    condition = parsed('shell payee:a,b -"x y" money:out amount:>5 bank:savings =9', banks=BANKS)

    assert condition.sentence() == (
        'text contains "shell", (payee contains "a" or payee contains "b"), not text contains "x y", money out, '
        "more than 5, on Savings, exactly 9"
    )
    assert And(()).written() == ""
