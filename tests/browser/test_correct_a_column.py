"""A file that nobody can guess, one that was read wrong, one that is looked at first: settled by keyboard too."""

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from ledgerflow.pipeline.demo_statements import DemoFile
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive_file, run_import
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User
from tests.browser.books import NewBook, new_book, said
from tests.browser.test_every_page import _DESK, _PHONE, _findings
from tests.pipeline.statements import NUMBER

_HEAD = "Account,Date,Text,Amount,Balance\n"
_OPEN = DemoFile(
    "open.csv",
    (
        _HEAD + f"{NUMBER},03/04/2026,Rent,-900.00,100.00\n{NUMBER},05/06/2026,Salary,2000.00,2100.00\n"
    ).encode(),
    (),
)
_WRONG = DemoFile(
    "wrong.csv",
    (_HEAD + f"{NUMBER},2026-04-13,Baker,-9.00,91.00\n{NUMBER},2026-04-14,Payroll,20.00,111.00\n").encode(),
    (),
)


def _lines(made: NewBook) -> list[tuple[str, str, str | None]]:
    rows = StatementLine.objects.filter(book=made.book).order_by("date", "pk")
    return [(f"{row.date}", f"{row.amount:.2f}", row.counterparty) for row in rows]


def _opened(made: NewBook, run: ImportRun, tab: Page) -> None:
    tab.goto(made.address("inbox/"))
    tab.get_by_role("link", name=f"Columns of {run.document.name}").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("What the columns are for")


def test_a_file_that_cannot_be_guessed_is_settled_by_one_choice_on_a_phone(
    new_context: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext, User], None]
):
    made = new_book()
    run = made.take_in(_OPEN)
    assert run.asks_order
    context = new_context(viewport=_PHONE)
    sign_in(context, made.owner)
    tab = context.new_page()

    tab.goto(made.address(f"inbox/{run.pk}/dates/"))
    expect(tab.get_by_role("button", name="Month first")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= _PHONE["width"]
    assert _findings(tab, "dates") == []
    _opened(made, run, tab)
    expect(tab.get_by_role("status").filter(has_text="day or the month first")).to_be_visible()
    order = tab.get_by_label("Order of dates")
    order.focus()
    with tab.expect_response(lambda answer: answer.request.method == "POST"):
        order.select_option("DMY")
    expect(tab.get_by_text("03/04/2026 is 3 April 2026")).to_be_visible()
    expect(tab.get_by_role("status").get_by_text("proven")).to_be_visible()
    assert tab.evaluate("document.activeElement.id") == "id_day_order"
    assert tab.evaluate("document.documentElement.scrollWidth") <= _PHONE["width"]
    tab.get_by_role("button", name="Save the columns").click()

    expect(tab.get_by_role("row").filter(has_text="open.csv")).to_contain_text("Ready")
    assert "read anew" in said(tab)
    assert [line[0] for line in _lines(made)] == ["2026-04-03", "2026-06-05"]


def test_a_column_that_was_read_wrong_is_corrected_at_its_head_by_keyboard_and_nothing_is_doubled(
    new_context: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext, User], None]
):
    made = new_book()
    run = made.take_in(_WRONG)
    assert _lines(made) == [("2026-04-13", "-9.00", None), ("2026-04-14", "20.00", None)]
    context = new_context(viewport=_DESK)
    sign_in(context, made.owner)
    tab = context.new_page()

    _opened(made, run, tab)
    head = tab.get_by_label("Text", exact=True)
    head.focus()
    with tab.expect_response(lambda answer: answer.request.method == "POST"):
        tab.keyboard.press("ArrowDown")  # from description to the next in the list
    expect(tab.get_by_label("Text", exact=True)).to_have_value("counterparty")
    expect(
        tab.get_by_role("region", name="What is read from these rows").get_by_role("row").nth(1)
    ).to_contain_text("Baker")
    assert _findings(tab, "columns") == []
    tab.get_by_role("button", name="Save the columns").press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Inbox")

    assert _lines(made) == [("2026-04-13", "-9.00", "Baker"), ("2026-04-14", "20.00", "Payroll")]
    following = made.take_in(DemoFile("next.csv", _WRONG.content.replace(b"2026-04", b"2026-05"), ()))
    assert following.state == ImportRun.State.READY
    assert [line[2] for line in _lines(made)] == ["Baker", "Payroll", "Baker", "Payroll"]


def test_a_file_is_looked_at_corrected_and_imported_by_keyboard(
    new_context: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext, User], None]
):
    made = new_book()
    made.take_in(_WRONG)
    twice = f"{NUMBER},2026-04-15,Baker,-9.00,102.00\n{NUMBER},2026-04-15,Baker,-9.00,93.00\n"
    more = _WRONG.content + twice.encode()
    now = timezone.now()
    run = receive_file(
        book=made.book, name="more.csv", content=more, user=made.owner, now=now, looks_first=True
    ).run
    run_import(run_id=run.pk, now=now)
    context = new_context(viewport=_DESK, reduced_motion="reduce")
    sign_in(context, made.owner)
    tab = context.new_page()

    tab.goto(made.address("inbox/"))
    tab.keyboard.press("p")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Preview")
    focused = tab.locator("tr.is-focused")
    expect(focused).to_contain_text("Here already")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    expect(focused).to_contain_text("line 4")
    expect(tab.locator("[data-source] mark")).to_contain_text("2026-04-15")
    for scheme in (_DESK, _PHONE):
        tab.set_viewport_size(scheme)
        assert tab.evaluate("document.documentElement.scrollWidth") <= scheme["width"]
        assert _findings(tab, "preview") == []
    tab.get_by_role("link", name="Columns…").press("Enter")
    with tab.expect_response(lambda answer: answer.request.method == "POST"):
        tab.get_by_label("Text", exact=True).select_option("counterparty")
    tab.get_by_role("button", name="Save the columns").press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Preview")
    assert len(_lines(made)) == 2
    tab.keyboard.press("Control+Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Inbox")

    run_import(run_id=run.pk, now=timezone.now())
    assert [line[0] for line in _lines(made)] == ["2026-04-13", "2026-04-14", "2026-04-15", "2026-04-15"]
