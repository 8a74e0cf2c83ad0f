"""From a one-time link to lines in review: the first quarter of an hour of a new user, with a real worker."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from ledgerflow.pipeline.demo_statements import CARD_HABITS, DemoFile, card_csv_files
from ledgerflow.users.models import User
from ledgerflow.users.services import invite_user
from tests.browser.books import JANUARY, new_book
from tests.browser.drops import drop_files
from tests.pipeline.statements import ofx
from tests.workers import start_worker

#: A worker is a process that starts first.
_SOON = 60_000  # milliseconds


def _card() -> DemoFile:
    (file,) = card_csv_files(
        habits=CARD_HABITS, months=[JANUARY], card="5100447100882211", opening_cents=-31240, name="card"
    )
    return file


def _drop(tab: Page, files: Sequence[DemoFile]) -> None:
    drop_files(tab, [(file.name, file.content) for file in files])


def _choose(tab: Page, files: Sequence[DemoFile], folder: Path) -> None:
    """Choose the files in the inbox's own field."""
    paths = []
    for file in files:
        path = folder / file.name
        path.write_bytes(file.content)
        paths.append(path)
    with tab.expect_navigation():
        tab.get_by_label("Drop bank or card statements here").set_input_files(paths)


@pytest.fixture
def worker(live_address: str, settings, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Start a worker when called; ended with the test."""
    settings.MEDIA_ROOT = tmp_path / "documents"
    started = []
    yield lambda: started.append(start_worker(str(tmp_path)))
    for process in started:
        process.terminate()
        process.wait()


def test_someone_new_signs_in_by_link_and_gets_both_files_into_review(
    page: Page, worker: Callable[[], None], tmp_path: Path
):
    worker()
    _, token = invite_user(
        email="admin@localhost", name="", is_firm_admin=True, now=timezone.now(), valid_for=timedelta(days=1)
    )

    page.goto(f"/link/{token}/")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("name").fill("Robin Doe")
    page.get_by_label("E-mail").fill("robin@example.org")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name of the book").fill("Robin's studio")
    page.get_by_role("button", name="Open the book").click()
    page.get_by_role("link", name="Go to the inbox").click()
    _choose(page, [*ofx(JANUARY), _card()], tmp_path)

    for name, file in (("Checking", "checking-2026-01.ofx"), ("Card", "card-2026-01.csv")):
        row = page.get_by_role("row").filter(has_text=file)
        row.get_by_role("link", name="Which account?").click(timeout=_SOON)
        page.get_by_label("Name of the new account").fill(name)
        page.get_by_role("button", name="Go on").click()
    for file in ("checking-2026-01.ofx", "card-2026-01.csv"):
        expect(page.get_by_role("row").filter(has_text=file)).to_contain_text(
            "ready", timeout=_SOON, ignore_case=True
        )
    page.keyboard.press("g")
    page.keyboard.press("r")

    expect(page.locator("[data-line]")).to_have_count(len(ofx(JANUARY)[0].movements) + len(_card().movements))


def test_files_dropped_on_any_page_go_to_the_inbox_and_the_same_again_leads_to_the_one_that_is_here(
    new_context: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext, User], None]
):
    made = new_book()
    context = new_context()
    sign_in(context, made.owner)
    tab = context.new_page()
    tab.goto(f"/books/{made.book.slug}/")

    _drop(tab, [*ofx(JANUARY), _card()])
    expect(tab).to_have_url(f"{tab.url.split('/books')[0]}/books/{made.book.slug}/inbox/")
    expect(tab.locator("tbody tr")).to_have_count(2)
    _drop(tab, [_card()])

    expect(tab.locator("tbody tr")).to_have_count(2)
    tab.get_by_role("status").get_by_role("link", name="card-2026-01.csv").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("card-2026-01.csv")


def test_reload_and_second_tab_show_the_same_files_and_both_follow_the_worker(
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
    worker: Callable[[], None],
):
    made = new_book()
    context = new_context()
    sign_in(context, made.owner)
    first, second = context.new_page(), context.new_page()
    address = f"/books/{made.book.slug}/inbox/"
    first.goto(address)
    _drop(first, [*ofx(JANUARY), _card()])

    first.reload()
    second.goto(address)
    before = [tab.locator("tbody tr").all_inner_texts() for tab in (first, second)]
    worker()

    assert before[0] == before[1]
    assert len(before[0]) == 2
    for tab in (first, second):
        expect(tab.locator("tbody tr").filter(has_text="checking")).to_contain_text(
            "ready", timeout=_SOON, ignore_case=True
        )
