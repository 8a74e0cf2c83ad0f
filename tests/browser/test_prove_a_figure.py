"""From a figure down to the line of the bank's file, a statement that does not prove, an import taken back."""

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import decide
from ledgerflow.pipeline.demo_statements import CARD_HABITS, DemoFile, card_csv_files, with_a_missing_row
from ledgerflow.posting.services import post_lines
from ledgerflow.statements.models import Proof, Statement
from ledgerflow.users.models import User
from tests.browser.books import CARD_NUMBER, JANUARY, NewBook, book_in_review, new_book

_Open = Callable[[NewBook], Page]


def _tab(made: NewBook, new_context: Callable[..., BrowserContext], sign_in) -> Page:
    context = new_context(viewport={"width": 1280, "height": 900})
    sign_in(context, made.owner)
    return context.new_page()


def _decide_all(made: NewBook, code: str) -> list[int]:
    lines = list(Classification.objects.filter(book=made.book).values_list("line_id", flat=True))
    for line_id in lines:
        decide(
            book=made.book, line_id=line_id, user=made.owner, now=timezone.now(), account=made.account(code)
        )
    return lines


def _broken_card() -> DemoFile:
    (file,) = card_csv_files(
        habits=CARD_HABITS, months=[JANUARY], card=CARD_NUMBER, opening_cents=-31240, name="card"
    )
    return with_a_missing_row(file)


def test_a_figure_leads_down_to_the_marked_line_of_the_file(
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    made = book_in_review()
    lines = _decide_all(made, "6180")
    post_lines(book=made.book, line_ids=None, posted_by=made.owner, posted_at=timezone.now())
    tab = _tab(made, new_context, sign_in)

    tab.goto(made.address("reports/trial-balance/"))
    account = tab.get_by_role("row").filter(has_text="Vehicles")
    total = account.locator(".money a").inner_text()
    account.locator(".money a").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Vehicles")
    expect(tab.locator("main dl")).to_contain_text(total)
    figure = tab.locator("main tbody tr").first.locator(".money a").first
    amount = figure.inner_text()
    figure.click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Entry")
    tab.locator("section[aria-labelledby=provenance] p a").click()
    expect(tab.locator("main")).to_contain_text(f"-{amount}")
    tab.get_by_role("link", name="checking-2026-01.ofx").click()

    marked = "\n".join(tab.locator("tr.is-marked").all_inner_texts())
    assert f"<TRNAMT>-{amount}" in marked
    assert marked.count("<TRNAMT>") == 1
    expect(tab.locator("#mark")).to_be_in_viewport()
    assert len(lines) == 8


def test_a_statement_that_does_not_prove_is_released_by_the_owner_with_a_reason(
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    made = new_book()
    made.take_in(_broken_card())
    statement = Statement.objects.get(book=made.book)
    assert statement.proof == Proof.DISCREPANCY
    tab = _tab(made, new_context, sign_in)

    tab.goto(made.address("review/"))
    expect(tab.get_by_text("Nothing to review")).to_be_visible()
    tab.goto(made.address("statements/"))
    tab.get_by_role("link", name="2026-01").first.click()
    expect(tab.locator("main")).to_contain_text("held back")
    tab.get_by_role("button", name="Release the lines").click()
    expect(tab.get_by_label("Reason")).to_be_focused()
    tab.get_by_label("Reason").fill("The missing row is a refund that the bank shows on paper.")
    tab.get_by_role("button", name="Release the lines").click()

    expect(tab.locator("main")).to_contain_text("The missing row is a refund that the bank shows on paper.")
    tab.goto(made.address("review/"))
    expect(tab.locator("[data-line]")).to_have_count(statement.line_count)


def test_undoing_an_import_names_what_people_decided(
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    made = book_in_review()
    lines = _decide_all(made, "6180")
    tab = _tab(made, new_context, sign_in)

    tab.goto(made.address("inbox/"))
    tab.get_by_role("link", name="Undo…").click()
    expect(tab.locator("main")).to_contain_text(f"{len(lines)} lines will go")
    expect(tab.locator("main li")).to_have_count(len(lines))
    expect(tab.locator("main li").first).to_contain_text("Robin Doe")
    tab.get_by_role("button", name="Undo the import").click()

    expect(tab.locator("tbody tr")).to_contain_text("undone", ignore_case=True)
    tab.goto(made.address("review/?tab=reviewed"))
    expect(tab.locator("[data-line]")).to_have_count(0)
