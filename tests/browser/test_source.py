"""The focus moves, and the box on the page of the PDF moves with it: on the statement and in the review queue."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from ledgerflow.classification.services import classify_lines
from ledgerflow.documents.services import store_document
from ledgerflow.statements.models import BankAccount, Statement
from ledgerflow.statements.reading import read_file
from ledgerflow.statements.services import import_statement
from ledgerflow.users.models import User
from tests.booked import NOW
from tests.browser.books import NewBook, new_book
from tools.pdf_statement.tests.printing import Printer, table

_HEADER, _PLACES = ("Date", "Text", "Money out", "Money in", "Balance"), (40, 120, -350, -450, -550)
_PHONE, _DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
_OPEN = Callable[..., BrowserContext]


def _pdf() -> bytes:
    """Three lines, the last on a second page."""
    printer = Printer()
    rows = [("2026-05-01", "Cafe", "15.00", "", "85.00"), ("2026-05-02", "Pay", "", "10.00", "95.00")]
    table(
        printer, _HEADER, rows, _PLACES
    ).page().gap().gap().gap().gap().gap().gap().gap().gap().gap().gap().gap().gap()
    return table(printer, _HEADER, [("2026-05-04", "Rent", "50.00", "", "45.00")], _PLACES).content()


@pytest.fixture
def made(live_address: str) -> NewBook:
    book, content = new_book(), _pdf()
    given = {"name": "may.pdf", "content": content, "uploaded_by": book.owner, "now": NOW}
    (outcome,) = import_statement(
        document=store_document(book=book.book, **given).document,
        reading=read_file(content=content, name="may.pdf"),
        bank_accounts=[BankAccount.objects.get(book=book.book, name="Checking")],
        now=NOW,
    )
    classify_lines(book=book.book, line_ids=outcome.new_line_ids)
    return book


def _tab(
    made: NewBook, new_context: _OPEN, sign_in: Callable[[BrowserContext, User], None], size=_DESK
) -> Page:
    context = new_context(viewport=size, reduced_motion="reduce")
    sign_in(context, made.owner)
    return context.new_page()


def _is_drawn(tab: Page) -> bool:
    return bool(
        tab.locator(".source-page img").evaluate(
            "image => image.decode().then(() => image.naturalWidth > 500)"
        )
    )


def _top(tab: Page) -> float:
    return float(tab.locator("[data-box]").get_attribute("y") or 0)


def test_the_box_moves_with_the_focus_on_the_statement(made: NewBook, new_context: _OPEN, sign_in):
    tab = _tab(made, new_context, sign_in)
    tab.goto(made.address(f"statements/{Statement.objects.get(book=made.book).pk}/"))

    expect(tab.locator(".source-page[data-page='1'] [data-box]")).to_have_count(1)
    assert _is_drawn(tab)
    first = _top(tab)
    tab.keyboard.press("j")
    expect(tab.locator("tr.is-focused")).to_contain_text("Pay")
    expect(tab.locator("[data-box]")).not_to_have_attribute("y", f"{first:.2f}")
    assert 10 < _top(tab) - first < 20
    box, picture = tab.locator("[data-box]").bounding_box(), tab.locator(".source-page img").bounding_box()
    assert box is not None
    assert picture is not None
    # Where it stands on the screen is where it stands on the page: 842 points high.
    assert (box["y"] - picture["y"]) / picture["height"] == pytest.approx(_top(tab) / 842, abs=0.01)

    tab.keyboard.press("ArrowDown")
    expect(tab.locator(".source-page[data-page='2'] [data-box]")).to_have_count(1)
    assert _is_drawn(tab)
    tab.keyboard.press("k")
    expect(tab.locator(".source-page[data-page='1'] [data-box]")).to_have_count(1)
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        assert Axe().run(tab).response["violations"] == []
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Pay")
    expect(tab.locator("[data-box]")).to_have_count(1)


def test_the_box_moves_with_the_focus_in_the_review_queue(made: NewBook, new_context: _OPEN, sign_in):
    tab = _tab(made, new_context, sign_in)
    tab.goto(made.address("review/"))

    seen = {}
    for _ in range(3):
        payee = tab.locator("tr.is-focused td").nth(2).inner_text().split()[0]
        evidence = tab.locator("[data-evidence]").filter(has=tab.get_by_role("heading", name=payee))
        expect(evidence.locator("[data-box]")).to_have_count(1)
        assert _is_drawn(tab)
        frame = tab.locator("[data-evidence] .source-frame").bounding_box()
        box = tab.locator("[data-box]").bounding_box()
        assert frame is not None
        assert box is not None
        assert frame["y"] <= box["y"] < box["y"] + box["height"] <= frame["y"] + frame["height"]
        seen[payee] = tab.locator(".source-page").get_attribute("data-page"), _top(tab)
        tab.keyboard.press("j")

    assert {payee: page for payee, (page, _) in seen.items()} == {"Cafe": "1", "Pay": "1", "Rent": "2"}
    assert 10 < seen["Pay"][1] - seen["Cafe"][1] < 20


def test_the_pane_stays_within_a_phone(made: NewBook, new_context: _OPEN, sign_in):
    tab = _tab(made, new_context, sign_in, _PHONE)
    tab.goto(made.address(f"statements/{Statement.objects.get(book=made.book).pk}/"))

    expect(tab.locator("[data-box]")).to_have_count(1)
    assert tab.evaluate("document.documentElement.scrollWidth") <= _PHONE["width"]
    tab.get_by_role("row").filter(has_text="Rent").locator("td").first.click()
    expect(tab.locator(".source-page[data-page='2'] [data-box]")).to_be_in_viewport()
