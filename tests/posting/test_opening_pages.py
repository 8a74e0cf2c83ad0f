from datetime import date
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from ledgerflow.books.models import Role
from ledgerflow.posting.models import OpeningBalance
from ledgerflow.statements.services import create_bank_account
from tests.booked import BookedFile
from tests.made import made_once
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


@made_once
def file():
    return BookedFile(3, is_posted=False)


def shown(file, role=Role.OWNER, path="journal/openings/"):
    """Return the words of a page, without its markup."""
    content = file.client(role).get(file.address(path)).content.decode()
    return " ".join(strip_tags(content).split())


def confirm(file, **changed):
    sent = {"amount": "1000", "date": "2026-01-04", **changed}
    return (
        file.client()
        .post(file.address(f"journal/openings/{file.bank.pk}/"), sent, follow=True)
        .content.decode()
    )


def test_the_button_says_what_it_posts(file):
    text = shown(file)

    assert "Post opening balance 1,000.00 as of" in text
    assert "january.csv" in text


def test_a_viewer_sees_it_without_the_button(file):
    text = shown(file, Role.VIEWER)

    assert "1,000.00" in text
    assert "Post opening balance" not in text


def test_home_says_that_it_waits_until_it_is_posted(file):
    assert "opening balance to confirm" in shown(file, path="")

    confirm(file)

    assert "to confirm" not in shown(file, path="")


def test_confirming_posts_it_and_shows_where_it_comes_from(file):
    text = confirm(file)

    opening = OpeningBalance.objects.get(book=file.book)
    assert f"posted as entry {opening.entry_number}" in text
    assert f"journal/{opening.entry_number}/" in text
    assert "january.csv" in text
    assert "Post opening balance" not in text


def test_an_earlier_statement_asks_for_the_replacement(file):
    confirm(file)
    entry = OpeningBalance.objects.get().entry_number
    file.take_in([file.amounts[0]], name="before.csv", first=date(2026, 1, 1))

    text = shown(file)

    assert f"Replace it: reverse entry {entry} and post 1,000.00" in text


def test_other_figures_than_those_shown_are_refused_in_words(file):
    text = confirm(file, amount="999")

    assert "has changed meanwhile" in text
    assert not OpeningBalance.objects.exists()


def test_a_statement_that_does_not_prove_asks_for_a_comparison(file):
    assert "does not prove by itself" not in shown(file)
    take_in(
        create_bank_account(book=file.book, name="Savings", kind="bank", currency="USD"),
        line(5, "-10"),
        closing_balance=Decimal(90),
    )

    assert "does not prove by itself" in shown(file)


def test_what_is_no_amount_is_refused_in_words(file):
    assert "load the page again" in confirm(file, amount="many")
