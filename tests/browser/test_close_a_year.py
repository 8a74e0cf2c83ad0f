"""A new user closes a year of the demo books, proves a deduction down to its receipt, and takes the proof along."""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from ledgerflow import cli
from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, State
from ledgerflow.exchange.account_names import account_names
from ledgerflow.ledger.models import Account, YearClosing
from ledgerflow.ledger.selectors.chain import chain_head
from ledgerflow.pipeline.demo import make_books
from ledgerflow.users.models import User
from tests.browser.drops import drop_files
from tests.exchange.booked_ledgers import our_balances
from tests.exchange.engines import hledger_balances, hledger_check
from tests.factories import UserFactory
from tests.ledger.sessions import session

pytestmark = pytest.mark.hledger

YEAR = timezone.localdate().year - 1
LAST_DAY = date(YEAR, 12, 31)
_SUPPLIES = "6170"


def _download(tab: Page, name: str, folder: Path) -> Path:
    with tab.expect_download() as started:
        tab.get_by_role("link", name=name, exact=True).click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def _compare_with_the_last_statement(tab: Page) -> None:
    tab.get_by_role("link", name="Reconcile Business card").click()
    expect(tab.get_by_label("Statement")).to_contain_text(f"card-{YEAR}-12.csv")
    tab.get_by_role("button", name="Compare with the books").click()


def _review_what_is_left(tab: Page, book: Book) -> None:
    """Accept lines as they are proposed, choose an account where nothing is, and post them."""
    left = list(
        Classification.objects.filter(book=book, state=State.OPEN, line__date__lte=LAST_DAY)
        .order_by("line_id")
        .values_list("line_id", "account_id")
    )
    assert left
    for line_id, account_id in left:
        row = tab.locator(f"[data-line='{line_id}']")
        row.locator("td").nth(3).click()
        pane = tab.locator("[data-evidence]")
        expect(pane.get_by_text("Attach a receipt")).to_have_attribute(
            "href", _ends(f"/line/{line_id}/#receipts")
        )
        if account_id is None:
            option = pane.locator("select[name=account] option", has_text=_SUPPLIES)
            pane.locator("select[name=account]").select_option(option.get_attribute("value"))
            pane.get_by_role("button", name="Accept so").click()
        else:
            tab.keyboard.press("Enter")
        expect(row).to_have_count(0)
    tab.get_by_role("button", name="Post").click()
    expect(tab.locator("[data-count=reviewed]").first).to_have_text("0")


def _ends(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text) + "$")


def _closes(tab: Page) -> None:
    checklist = tab.locator("ul.checklist")
    expect(checklist).not_to_contain_text("Open")
    expect(checklist).to_contain_text("No lines to review")
    expect(tab.locator("main")).to_contain_text(f"Everything is done through {LAST_DAY}")
    tab.get_by_role("button", name="Close through").click()
    expect(tab.locator("main")).to_contain_text("This year is closed to equity")


def _open_a_deduction(tab: Page) -> None:
    """From the line of the form to the bank line and its receipt."""
    advertising = tab.get_by_role("row").filter(has_text="Advertising")
    advertising.locator(".money a").last.click()
    row = tab.get_by_role("row").filter(has_text=f"google-ads-{YEAR}-12.pdf").first
    row.locator(".money a").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Entry")
    expect(tab.locator("main")).to_contain_text(f"google-ads-{YEAR}-12.pdf")
    tab.locator("section[aria-labelledby=provenance] p a").first.click()
    expect(tab.locator("main")).to_contain_text("GOOGLE *ADS")
    expect(tab.locator("tr.is-marked")).to_contain_text("GOOGLE *ADS")
    line = tab.url
    tab.get_by_role("link", name=f"google-ads-{YEAR}-12.pdf", exact=True).click()
    file = tab.get_by_role("link", name=re.compile("(Open|Download) the file")).get_attribute("href")
    answer = tab.context.request.get(str(file))
    assert (answer.headers["content-type"], answer.body()[:5]) == ("application/pdf", b"%PDF-")
    tab.goto(line)
    # Evidence may come late: nothing about the figures changes.
    drop_files(tab, [("mail.txt", b"Thank you for your payment")])
    expect(tab.locator("main")).to_contain_text("mail.txt")


def _verified_offline(pack: Path, folder: Path) -> str:
    with zipfile.ZipFile(pack) as archive:
        (folder / "verify.py").write_bytes(archive.read("verify.py"))
        assert any(name.startswith("receipts/") for name in archive.namelist())
    command = [sys.executable, "-I", "-S", folder / "verify.py", pack]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def _tamper(book: Book) -> str:
    """Change a row, a link of the chain and a file past every guard; return the name of the file."""
    receipt = book.receipts.select_related("document").earliest("pk").document
    with session("owner") as owner:
        for table in ("ledger_journalline", "ledger_chainlink"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE ledger_journalline SET amount = amount - 1, base_amount = base_amount - 1"
            " WHERE book_id = %s AND entry_number = 3 AND no = 1",
            [book.pk],
        )
        owner.execute(
            "UPDATE ledger_chainlink SET digest = sha256(digest) WHERE book_id = %s AND batch_no = 5",
            [book.pk],
        )
        for table in ("ledger_journalline", "ledger_chainlink"):
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        owner.commit()
    path = Path(settings.MEDIA_ROOT) / receipt.storage_name
    path.write_bytes(path.read_bytes().replace(b"Google", b"Goggle"))
    return receipt.name


def test_a_new_user_closes_a_demo_year_and_takes_the_proof_along(
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
):
    owner = UserFactory(name="Robin Doe", is_firm_admin=True)
    book, _ = make_books(user=owner, now=timezone.now())
    context = new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    sign_in(context, owner)
    tab, at = context.new_page(), f"/books/{book.slug}"

    # The last account is reconciled to zero, once what it waits for is booked.
    tab.goto(f"{at}/reconciliation/")
    _compare_with_the_last_statement(tab)
    expect(tab.get_by_role("button", name="Finish")).to_be_disabled()
    tab.goto(f"{at}/review/close/{YEAR}/")
    tab.get_by_role("link", name="Lines to review").click()
    _review_what_is_left(tab, book)
    tab.goto(f"{at}/review/close/{YEAR}/")
    tab.get_by_role("link", name="Bank accounts whose last lines are not reconciled").click()
    _compare_with_the_last_statement(tab)
    tab.get_by_role("button", name="Finish").click()
    expect(tab.locator("main")).to_contain_text("Reopen")

    tab.goto(f"{at}/review/close/{YEAR}/")
    _closes(tab)
    assert YearClosing.objects.filter(book=book, last_day=LAST_DAY).count() == 1

    # The reports, and one figure down to its receipt.
    tab.goto(f"{at}/reports/balance-sheet/?as_of={LAST_DAY}")
    sheet = _download(tab, "PDF", tmp_path)
    tab.goto(f"{at}/reports/schedule-c/?year={YEAR}")
    form = _download(tab, "PDF", tmp_path)
    pack = _download(tab, "Evidence pack", tmp_path)
    assert sheet.read_bytes()[:5] == form.read_bytes()[:5] == b"%PDF-"
    assert _verified_offline(pack, tmp_path).startswith("The pack is whole.")
    _open_a_deduction(tab)

    # Another program sees the same totals.
    tab.goto(f"{at}/exports/")
    with tab.expect_download() as started:
        tab.get_by_role("link", name="hledger").click()
    journal = tmp_path / "book.hledger"
    started.value.save_as(journal)
    accounts = {account.pk: account for account in Account.objects.filter(book=book)}
    codes = {name: accounts[pk].code for pk, name in account_names(accounts.values()).items()}
    theirs = {codes[name]: amount for name, amount in hledger_balances(journal, LAST_DAY).items()}
    assert hledger_check(journal) == ""
    assert theirs == our_balances(book, LAST_DAY)

    # What is changed past every guard is named.
    anchor = chain_head(book=book).shown
    verify = ["verify", "--book", book.slug, "--anchor", anchor, "--format", "json"]
    assert (cli.main(verify), json.loads(capsys.readouterr().out)) == (cli.DONE, [])
    name = _tamper(book)
    assert cli.main(verify) == cli.FAILED
    found = {(each["check"], each["problem"]) for each in json.loads(capsys.readouterr().out)}
    for check, beginning in (
        ("balanced", "Entry 3 "),
        ("chain", "Batch 5 "),
        ("stored files", f"The stored file of {name} is no longer what was uploaded."),
    ):
        assert any((of, problem[: len(beginning)]) == (check, beginning) for of, problem in found), beginning
