"""How money, days and moments are written."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.messages import INFO
from django.contrib.messages.storage.base import Message
from django.utils.html import format_html

from ledgerflow.web.templatetags.ledgerflow import day, discreet, icon, money


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("-1234.5", "USD", "-1,234.50"), ("0", "JPY", "0"), ("1.234", "BHD", "1.234"), ("12", "EUR", "12.00")],
)
def test_it_writes_money_with_its_sign_and_digits(amount, currency, expected):
    assert f">{expected}<" in money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("sentence", "hidden"),
    [
        ("Left: -1,234.50 USD, and 0.5.", ["-1,234.50"]),
        ("<b> 6180 Vehicles -39.99; Meals -0.015.", ["-39.99", "-0.015"]),
        ("95.20% on 2026-01-31 by 1.25.3 of 12 lines", []),
    ],
)
def test_the_amounts_of_a_sentence_can_be_hidden(sentence, hidden):
    shown = discreet(sentence)

    assert re.findall(r'<span class="discreet">(.*?)</span>', shown) == hidden
    assert re.sub(r"</?span[^>]*>", "", shown) == sentence.replace("<", "&lt;").replace(">", "&gt;")


def test_nothing_is_written_for_nothing():
    assert (money(None, "USD"), day(None)) == ("", "")


def test_a_day_is_written_as_the_bank_means_it():
    assert ">2026-01-31<" in day(date(2026, 1, 31))


def test_a_label_is_escaped():
    assert "<b>" not in icon("home", "<b>")


def test_a_sentence_with_a_link_keeps_it():
    sentence = format_html('<a href="/{}">cost-1.00.csv</a> is here already.', 7)

    assert discreet(Message(INFO, sentence)) == sentence
