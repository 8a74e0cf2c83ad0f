"""From a bank's text to a payee: golden samples, and what may never be in a question."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools._shared.tests.golden import expected_path
from tools.contract import Context, TemporaryToolError, ToolError
from tools.payee_lookup import identify_payee
from tools.payee_lookup.tests.golden import SAMPLES, SEARCH, result_of


def asked_about(text, **given):
    """Return what is searched for, or ``None``."""
    asked = []

    def search(*, query):
        asked.append(query)
        return {"results": [], "unresponsive_engines": []}

    payee = identify_payee(text, Context(configuration={}, tools={SEARCH: search}), **given)
    assert [payee.asked] == (asked or [None])
    return payee.asked


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_it_identifies_as_reviewed(sample):
    assert result_of(sample) == expected_path(sample).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("POS PURCHASE TRADER JOE'S #123 SAN FRANCISCO CA", "TRADER JOE'S"),
        ("NETFLIX.COM 866-579-7172 CA", "NETFLIX"),
        ("NETFLIX DES:PAYMENT ID:123456 INDN:JOHN SMITH CO ID:9981", "NETFLIX"),
        ("ACH DEBIT COMCAST 8498 INDN:SMITH JANE", "COMCAST"),
        ("PURCHASE AUTHORIZED ON 09/14 SHELL OIL 57444 AUSTIN TX S3862 CARD 1234", "SHELL OIL"),
        ("SEPA-Lastschrift Stadtwerke München GmbH IBAN DE89370400440532013000", "Stadtwerke München GmbH"),
        ("Kartenzahlung REWE SAGT DANKE 4711//BERLIN/DE 2026-03-01T10:11 KFN 1 VJ 2212", "REWE"),
        ("7-ELEVEN 33412 DALLAS TX", "7-ELEVEN"),
        ("H&M 0123", "H&M"),
        ("T-MOBILE*AUTO PAY 800-937-8997 WA", "T-MOBILE"),
        ("WHOLEFDS MKT 10234   SEATTLE      WA", "WHOLEFDS MKT"),
        ("BLUE FINCH      OAKLAND      CA", "BLUE FINCH"),
        ("ZELLE PAYMENT TO ACME PLUMBING LLC", "ACME PLUMBING LLC"),
        ("GEICO INSURANCE 1234 JANE SMITH", "GEICO INSURANCE"),
        ("STATE FARM INSURANCE JOHN SMITH", "STATE FARM INSURANCE"),
        ("PAPA JOHN'S PIZZA", "PAPA JOHN'S PIZZA"),
        ("CAFÉ MÜLLER 12,50 EUR", "CAFÉ MÜLLER"),
        ("星巴克咖啡 1234", "星巴克咖啡"),
    ],
)
def test_the_question_holds_the_vendor_s_name_alone(text, question):
    assert asked_about(text) == question


@pytest.mark.parametrize(
    "text",
    [
        "ZELLE TO JOHN SMITH",
        "VENMO *JANE DOE",
        "Überweisung Max Mustermann Miete März",
        "CHECK 1234",
        "Dr. Maria Lopez",
        "SMITH, XIANGYU",
        "John A Smith",
        "MARTINEZ CARLOS",
        "ACH CREDIT 12,345.67 USD",
        "john.smith@example.com",
        "DE89 3704 0044 0532 0130 00",
        "4111 1111 1111 1111",
        "+1 (555) 010-9999",
    ],
)
def test_people_numbers_and_addresses_are_never_asked_about(text):
    assert asked_about(text) is None


def test_a_name_that_the_books_know_is_not_asked_about_in_any_order():
    assert asked_about("ADAEZE OKONKWO CONSULTING", people=("Okonkwo, Adaeze",)) is None
    assert asked_about("ADAEZE CONSULTING", people=("Okonkwo, Adaeze", "")) == "ADAEZE CONSULTING"


@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from(["ACME", "IBAN", "12.50", "4111-1111", "a@b.example", "Cafe", "-", "ID:77 X"])
    ).map(" ".join)
)
def test_no_question_holds_a_number_of_three_digits_an_address_or_more_than_80_characters(text):
    if not text.strip():
        return
    question = asked_about(text)

    if question is not None:
        assert 0 < len(question) <= 80
        assert "@" not in question
        assert not re.search(r"\d{3}|\d[.,]\d", question)
        assert question.isprintable()


def test_what_is_asked_is_what_the_answer_says_was_asked_and_in_the_configured_language():
    def search(**asked):
        assert asked == {"query": "ACME TOOLS", "language": "de"}
        return {"results": [], "unresponsive_engines": [{"engine": "x", "reason": "timeout"}]}

    payee = identify_payee("ACME TOOLS 12", Context(configuration={"language": "de"}, tools={SEARCH: search}))

    assert payee.asked == "ACME TOOLS"
    assert payee.note == "The search found nothing. Did not answer: x."


def test_without_the_search_tool_the_cleaned_name_is_all():
    payee = identify_payee("SQ *BLUE FINCH COFFEE 4412", Context(configuration={}))

    assert (payee.payee, payee.asked, payee.agreement) == ("Blue Finch Coffee", None, None)
    assert "tools.search_tool.search_web is not there" in payee.note


def test_a_search_that_fails_is_a_failure_and_no_answer():
    def search(**_):
        raise TemporaryToolError("SearXNG failed (502).")

    with pytest.raises(TemporaryToolError, match="502"):
        identify_payee("ACME TOOLS", Context(configuration={}, tools={SEARCH: search}))


@pytest.mark.parametrize(("text", "words"), [(" \n", "text is empty"), ("x" * 1001, "1001 characters")])
def test_what_no_bank_writes_is_refused(text, words):
    with pytest.raises(ToolError, match=words):
        identify_payee(text, Context(configuration={}))
