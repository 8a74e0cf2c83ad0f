"""A promise is switched on, a file comes, its list of what went without a person, one taken back: by keyboard."""

from collections.abc import Callable
from datetime import date

from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import accept, decide
from ledgerflow.learning.promise import FEWEST
from ledgerflow.pipeline.demo_statements import Habit
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import run_import
from ledgerflow.users.models import User
from tests.browser.books import JANUARY, NewBook, new_book
from tests.browser.drops import drop_files
from tests.pipeline.statements import ofx

_FEBRUARY, _MARCH = date(2026, 2, 1), date(2026, 3, 1)


def _habits(times: int) -> tuple[Habit, ...]:
    return (
        Habit("SHELL OIL 5744{n} PORTLAND OR", "car", times, -6900, -3100),
        Habit("BLUE STAR COFFEE {n} PORTLAND OR", "meals", times, -1850, -450),
    )


def _with_a_record() -> NewBook:
    """Return a book with the outcomes of enough suggestions, which a person accepted one by one."""
    made = new_book()
    made.take_in(ofx(JANUARY, habits=_habits(2))[0])
    for line in Classification.objects.filter(book=made.book).select_related("line"):
        code = "6180" if line.line.description.startswith("SHELL") else "6070"
        decide(
            book=made.book,
            line_id=line.pk,
            account=made.account(code),
            user=made.owner,
            now=timezone.now(),
        )
    made.take_in(ofx(_FEBRUARY, habits=_habits(FEWEST // 2 + 3))[0])
    waiting = Classification.objects.filter(book=made.book, state=State.OPEN).values_list("pk", flat=True)
    accept(book=made.book, line_ids=list(waiting), user=made.owner, now=timezone.now())
    return made


def test_a_promise_accepts_a_new_file_and_lists_what_it_did(
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    made = _with_a_record()
    context = new_context(viewport={"width": 1280, "height": 900})
    sign_in(context, made.owner)
    tab = context.new_page()
    tab.goto(made.address("review/"))
    tab.keyboard.press("Control+k")
    tab.keyboard.type("record")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/review/record/")
    expect(tab.get_by_label("Promise")).to_have_value("0.95")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Accept without me").press("Enter")
    expect(tab.locator("main")).to_contain_text(
        "at least 95 % of the lines accepted without a person are right"
    )

    file = ofx(_MARCH, habits=_habits(10))[0]
    drop_files(tab, [(file.name, file.content)])
    run = ImportRun.objects.filter(book=made.book).latest("pk")
    run_import(run_id=run.pk, now=timezone.now())
    done = Classification.objects.filter(book=made.book, promise__isnull=False, state=State.ACCEPTED)
    count = done.count()
    assert 10 <= count <= 20

    tab.goto(made.address("review/record/"))
    listed = tab.locator("section[aria-labelledby=accepted] tbody tr")
    expect(listed).to_have_count(count)
    expect(listed.first).to_contain_text("promise of 95 %")
    line = listed.first.locator("input[name=lines]").get_attribute("value")
    with tab.expect_navigation():
        listed.first.get_by_role("button", name="Take back").press("Enter")

    expect(tab.locator("#messages")).to_contain_text("1 back in review")
    expect(listed).to_have_count(count - 1)
    tab.keyboard.press("g")
    tab.keyboard.press("r")
    tab.wait_for_url("**/review/#line-*")
    expect(tab.locator(f"[data-line='{line}']")).to_be_visible()
    expect(tab.locator("[data-evidence]")).to_contain_text("of the last 20 Shell Oil lines")
