"""A receipt is kept, read, and matched to its line by keyboard alone."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from ledgerflow.documents.models import Receipt
from ledgerflow.documents.services import keep_receipt, read_receipt
from ledgerflow.statements.models import BankAccount, DeclinedReceipt, LineReceipt
from ledgerflow.users.models import User
from tests.booked import NOW
from tests.browser.books import NewBook, new_book
from tests.browser.test_every_page import _SETTLED
from tests.statements.shapes import line, take_in
from tools.receipt_reader.tests.drawing import RECEIPTS, as_picture

_DAY = date(2026, 11, 27)


@pytest.fixture
def made(live_address: str) -> NewBook:
    """A book in which the café took the money three days later, and somebody else the same amount."""
    book = new_book()
    take_in(
        BankAccount.objects.get(book=book.book, name="Checking"),
        line(_DAY.replace(day=28), Decimal("-12.29"), "SHELL OIL 5744 PORTLAND OR"),
        line(_DAY.replace(day=30), Decimal("-12.29"), "SQ *BLUE FINCH COFFEE"),
    )
    return book


@pytest.fixture
def tab(
    made: NewBook,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
) -> Page:
    context = new_context(viewport={"width": 360, "height": 740})
    sign_in(context, made.owner)
    return context.new_page()


def _findings(tab: Page) -> list[str]:
    """Return what axe finds, when the colors have settled."""
    tab.evaluate(_SETTLED)
    found = Axe().run(tab).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def test_a_picture_is_kept_read_and_matched_by_keys(tab: Page, made: NewBook, tmp_path: Path):
    picture = tmp_path / "coffee.png"
    picture.write_bytes(as_picture(RECEIPTS["cafe_dollar"]))
    tab.goto(made.address("journal/receipts/"))
    tab.set_input_files("[data-drop-here] input[type=file]", picture)
    tab.get_by_role("button", name="Keep").click()
    expect(tab.locator("section[aria-labelledby=read]")).to_contain_text("It is being read")
    receipt = Receipt.objects.get(book=made.book)
    read_receipt(receipt_id=receipt.pk, waits=0, now=NOW)
    tab.get_by_role("link", name="Look again").click()

    # The picture with its marks; the café first, because its name is the receipt's.
    expect(tab.locator("figure.receipt-page img")).to_have_js_property("complete", True)
    marks = tab.locator("figure.receipt-page rect")
    expect(marks).to_have_count(3)
    page, mark = tab.locator("figure.receipt-page").bounding_box(), marks.last.bounding_box()
    assert page is not None
    assert mark is not None
    assert page["x"] <= mark["x"] < mark["x"] + mark["width"] <= page["x"] + page["width"]
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        assert _findings(tab) == []
    proposals = tab.locator("[data-proposal]")
    expect(proposals.first).to_contain_text("BLUE FINCH COFFEE")
    expect(proposals).to_have_count(2)

    # The second is chosen and declined, the first is accepted.
    tab.keyboard.press("j")
    expect(proposals.last.locator("[data-accept]")).to_be_focused()
    tab.keyboard.press("x")
    expect(proposals).to_have_count(1)
    tab.keyboard.press("a")
    expect(tab.locator("#messages")).to_contain_text("The receipt is attached.")

    keep_receipt(book=made.book, name="mail.txt", content=b"Mail", user=made.owner, now=NOW)
    tab.goto(made.address("journal/receipts/"))
    expect(tab.get_by_role("link", name="mail.txt")).to_be_visible()
    assert _findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360

    assert DeclinedReceipt.objects.get().line.description.startswith("SHELL")
    attached = LineReceipt.objects.get()
    assert (attached.receipt, attached.line.description) == (receipt, "SQ *BLUE FINCH COFFEE")
    assert attached.attached_by == made.owner
