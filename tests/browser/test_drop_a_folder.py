"""A folder of real life: dropped whole, recognized, proved, one column corrected, one import undone and done again."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from ledgerflow.pipeline.demo_statements import CARD_HABITS, card_csv_files
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import run_import
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User
from tests.browser.books import CARD_NUMBER, JANUARY, NewBook, new_book
from tests.pipeline.statements import NUMBER, ofx

_WRONG = (
    "Account,Date,Text,Amount,Balance\n"
    f"{NUMBER},2026-04-13,Baker,-9.00,91.00\n{NUMBER},2026-04-14,Payroll,20.00,111.00\n"
)

_DRAG_OVER = """() => {
  const carried = new DataTransfer();
  carried.items.add(new File(["x"], "x.csv"));
  document.body.dispatchEvent(new DragEvent("dragover", { dataTransfer: carried, bubbles: true }));
}"""


def _fill(folder: Path) -> None:
    """Write statements into the folder and one below it, and what systems leave there."""
    (folder / "card" / "__MACOSX").mkdir(parents=True)
    (checking,) = ofx(JANUARY)
    (card,) = card_csv_files(
        habits=CARD_HABITS, months=[JANUARY], card=CARD_NUMBER, opening_cents=0, name="card"
    )
    (folder / checking.name).write_bytes(checking.content)
    (folder / "card" / card.name).write_bytes(card.content)
    (folder / "april.csv").write_text(_WRONG)
    for litter in (".DS_Store", "card/Thumbs.db", "card/__MACOSX/card.csv"):
        (folder / litter).write_bytes(b"litter")


def _drop(tab: Page, folder: Path) -> None:
    """Drop the folder on the page as the desktop does."""
    desktop = tab.context.new_cdp_session(tab)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    with tab.expect_navigation():
        for kind in ("dragEnter", "dragOver", "drop"):
            desktop.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 400, "data": data})


def _send_signed_out(tab: Page, folder: Path) -> None:
    """Send the folder while nobody is signed in, which is said until the next files come; then sign in again."""
    kept, words = tab.context.cookies(), tab.locator("[data-drop-words]")
    tab.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    tab.get_by_label("Choose a folder").set_input_files(folder)
    expect(words).to_contain_text("stopped after 0 of 120 files, because you are not signed in")
    tab.evaluate(_DRAG_OVER)
    expect(words).to_contain_text("Drop to take in, into")
    tab.context.add_cookies(kept)


def _work(made: NewBook) -> None:
    for run in ImportRun.objects.filter(book=made.book, state=ImportRun.State.WAITING):
        run_import(run_id=run.pk, now=timezone.now())


def _lines(made: NewBook) -> list[tuple[str, str, str, str]]:
    rows = StatementLine.objects.filter(book=made.book).order_by("date", "amount", "description")
    return sorted(
        (f"{row.date}", f"{row.amount:.2f}", row.counterparty or row.description, str(row.bank_account))
        for row in rows
    )


def test_a_folder_is_dropped_corrected_undone_and_imported_again_with_nothing_lost_or_doubled(
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
    tmp_path: Path,
):
    made = new_book()
    _fill(tmp_path)
    context = new_context()
    sign_in(context, made.owner)
    tab = context.new_page()
    tab.goto(made.address())

    _drop(tab, tmp_path)
    _work(made)
    tab.reload()
    rows = {
        name: tab.get_by_role("row").filter(has_text=name)
        for name in ("checking-2026-01.ofx", "card-2026-01.csv", "april.csv")
    }
    expect(tab.locator("tbody tr")).to_have_count(len(rows))
    for row in rows.values():
        expect(row).to_contain_text("Ready")
    expect(rows["checking-2026-01.ofx"]).to_contain_text("not provable")  # it states a closing balance alone
    for name in ("card-2026-01.csv", "april.csv"):
        expect(rows[name]).to_contain_text("proven")
    expect(rows["card-2026-01.csv"]).to_contain_text("CSV")
    expect(rows["card-2026-01.csv"]).to_contain_text("Card")

    rows["april.csv"].get_by_role("link", name="Columns of april.csv").click()
    with tab.expect_response(lambda answer: answer.request.method == "POST"):
        tab.get_by_label("Text", exact=True).select_option("counterparty")
    tab.get_by_role("button", name="Save the columns").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Inbox")
    before = _lines(made)
    assert ("2026-04-13", "-9.00", "Baker", "Checking") in before

    rows["checking-2026-01.ofx"].get_by_role("link", name="Undo…").click()
    tab.get_by_role("button", name="Undo the import").click()
    expect(rows["checking-2026-01.ofx"]).to_contain_text("Undone")
    assert len(_lines(made)) < len(before)
    rows["checking-2026-01.ofx"].get_by_role("button", name="Import again").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Inbox")
    _work(made)

    assert _lines(made) == before
    tab.reload()
    _drop(tab, tmp_path)
    expect(tab.locator("#messages")).to_contain_text("is here already")
    assert _lines(made) == before

    many = tmp_path / "many"
    many.mkdir()
    for number in range(120):
        (many / f"note {number}.txt").write_text(f"note {number}")
    with tab.expect_navigation():
        tab.get_by_label("Choose a folder").set_input_files(many)
    assert ImportRun.objects.filter(book=made.book, document__name__startswith="note").count() == 120
    expect(tab.get_by_role("navigation", name="Pages")).to_contain_text("Page 1 of 3")
    _send_signed_out(tab, many)
    # What fails stands first, whatever came since.
    oldest = ImportRun.objects.filter(document__name__startswith="note").earliest("created_at", "pk")
    ImportRun.objects.filter(pk=oldest.pk).update(state=ImportRun.State.FAILED)
    tab.reload()
    first = tab.locator("tbody tr").first
    expect(first).to_contain_text(oldest.document.name)
    first.get_by_role("button", name="Set aside").click()
    expect(tab.locator("tbody tr").first).not_to_contain_text(oldest.document.name)
