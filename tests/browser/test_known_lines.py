"""What was here already is seen on the statement's page, and a line is taken apart and joined again, on a phone."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ledgerflow.statements.models import BankAccount, Statement, StatementLine
from ledgerflow.users.models import User
from tests.browser.books import NewBook, new_book
from tests.browser.test_every_page import _PHONE, _findings
from tests.statements.shapes import line, take_in

_DAYS = [date(2026, 11, day) for day in (26, 27, 28)]


@pytest.fixture
def made(live_address: str) -> NewBook:
    """A book that has three days as CSV and as OFX, in words of their own."""
    book = new_book()
    checking = BankAccount.objects.get(book=book.book, name="Checking")
    for kind, text in (("csv", "CORNER BAKERY BERLIN"), ("ofx", "Corner Bakery")):
        take_in(checking, *(line(day, -5, text) for day in _DAYS), kind=kind)
    return book


def test_a_known_line_is_taken_apart_and_joined_again(
    made: NewBook,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    context = new_context(viewport=_PHONE, reduced_motion="reduce")
    sign_in(context, made.owner)
    tab = context.new_page()
    later = Statement.objects.get(book=made.book, format="ofx")

    tab.goto(made.address(f"statements/{later.pk}/?show=known"))
    _is_fine(tab)
    expect(tab.get_by_text("this file says: Corner Bakery")).to_have_count(3)
    tab.get_by_role("button", name=re.compile("another line ?: line 2")).click()

    expect(tab.get_by_text("kept apart from")).to_have_count(1)
    _is_fine(tab)
    assert StatementLine.objects.filter(book=made.book, date=_DAYS[1]).count() == 2
    tab.get_by_role("link", name="take it back for line 2").click()
    _is_fine(tab)
    tab.get_by_role("button", name="The same, shown twice").click()

    expect(tab.get_by_text("No open questions")).to_be_visible()
    assert StatementLine.objects.filter(book=made.book, date=_DAYS[1]).count() == 1


def _is_fine(tab: Page) -> None:
    assert tab.evaluate("document.documentElement.scrollWidth") <= _PHONE["width"]
    assert _findings(tab, tab.title()) == []
