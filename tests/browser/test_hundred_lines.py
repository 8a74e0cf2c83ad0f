"""A hundred mixed lines reviewed by keyboard: how many keys they take, and how long a line takes server and page."""

from collections.abc import Callable
from datetime import date
from statistics import median

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Response, expect

from ledgerflow.classification.models import Classification, Prediction, Promise, Rule, State
from ledgerflow.classification.services import decide
from ledgerflow.pipeline.demo_statements import Habit
from ledgerflow.users.models import User
from tests.browser.books import JANUARY, NewBook, new_book
from tests.pipeline.statements import ofx

FEBRUARY = date(2026, 2, 1)
_VEHICLES, _MEALS, _OFFICE, _SUPPLIES = "6180", "6070", "6080", "6130"
_CODES = {"SHELL": _VEHICLES, "COFFEE": _MEALS, "STAPLES": _OFFICE, "MARKET": _SUPPLIES}
_HABITS = (
    Habit("SHELL OIL 5744{n} PORTLAND OR", "car", 30, -6900, -3100),
    Habit("BLUE STAR COFFEE {n} PORTLAND OR", "meals", 30, -1850, -450),
    Habit("STAPLES {n} PORTLAND OR", "office", 18, -9000, -900),
    Habit("FARMERS MARKET {n}", "supplies", 12, -9000, -900),
    Habit("CHECK {n}", "unknown", 10, -42000, -8000),  # nobody can know what a check was for
)
#: A page holds a hundred; moving on by the screen's own timing, in milliseconds.
_FOCUSED = """() => new Promise((done) => {
    let began = 0;
    const line = document.querySelector('[data-line].is-focused')?.dataset.line;
    const look = () => {
        const now = document.querySelector('[data-line].is-focused')?.dataset.line;
        if (now !== line || !document.querySelector('[data-line]')) done(performance.now() - began);
        else setTimeout(look, 1);
    };
    const pressed = () => { began = performance.now(); setTimeout(look, 0); };
    document.addEventListener('keydown', pressed, { once: true, capture: true });
})"""


@pytest.fixture
def made(live_address: str) -> NewBook:
    """Open a book with a month that was decided about, and one of a hundred lines that waits."""
    made = new_book()
    (file,) = ofx(
        JANUARY, habits=tuple(Habit(each.text, each.kind, 4, each.least, each.most) for each in _HABITS)
    )
    made.take_in(file)
    for one in Classification.objects.filter(book=made.book).select_related("line").order_by("pk"):
        code = next((code for word, code in _CODES.items() if word in one.line.description.upper()), None)
        if code:
            decide(
                book=made.book,
                line_id=one.pk,
                account=made.account(code),
                user=made.owner,
                now=timezone.now(),
            )
    Classification.objects.filter(book=made.book, state=State.OPEN).update(
        state=State.EXCLUDED, decided_by=made.owner
    )
    (file,) = ofx(FEBRUARY, habits=_HABITS)
    made.take_in(file)
    return made


def test_a_hundred_lines_take_few_keys(
    made: NewBook,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
    capsys: pytest.CaptureFixture[str],
):
    context = new_context(viewport={"width": 1280, "height": 900})
    sign_in(context, made.owner)
    tab = context.new_page()
    answers: list[float] = []
    tab.on("response", lambda response: _note(response, answers))
    tab.goto(made.address("review/"))
    expect(tab.locator("[data-line]")).to_have_count(100)
    keys, moves = 0, []

    for _ in range(100):
        row = tab.locator("[data-line].is-focused")
        line = row.get_attribute("data-line") or ""
        if "none yet" in row.inner_text():
            expect(tab.locator(f"[data-evidence] form[action$='/line/{line}/decide/']").last).to_be_attached()
            for key in ("c", *_OFFICE, "Enter"):
                tab.keyboard.press(key)
            expect(tab.locator(f"[data-line='{line}']")).to_have_count(0)
            keys += 2 + len(_OFFICE)
        else:
            moves.append(_press_and_wait(tab))
            keys += 1
    # Rows leave at once; this stands there when the last answer has come, and a slow machine has many to give.
    expect(tab.get_by_text("Nothing to review")).to_be_visible(timeout=60_000)

    reviewed = Classification.objects.filter(book=made.book, line__date__gte=FEBRUARY, state=State.ACCEPTED)
    assert reviewed.count() == 100
    assert keys <= 90 + 10 * (2 + len(_OFFICE))
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what the script is for
            f"\n100 lines: {keys} keys; next line in focus after {median(moves):.0f} ms (median); "
            f"the server answered in {median(answers):.0f} ms (median), {max(answers):.0f} ms at most"
        )


def _press_and_wait(tab: Page) -> float:
    """Accept the line, and return after how many milliseconds the next one was in focus."""
    waiting = tab.evaluate_handle(f"() => {{ window.moved = ({_FOCUSED})(); return null; }}")
    waiting.dispose()
    tab.keyboard.press("Enter")
    return float(tab.evaluate("() => window.moved"))


def _note(response: Response, answers: list[float]) -> None:
    if "/accept/" in response.url:
        timing = response.request.timing
        answers.append(timing["responseStart"] - timing["requestStart"])


def test_a_correction_a_rule_its_undo_and_a_promise(
    made: NewBook,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    context = new_context(viewport={"width": 1280, "height": 900})
    sign_in(context, made.owner)
    tab = context.new_page()
    tab.goto(made.address("review/"))
    evidence = tab.locator("[data-evidence]")
    while "shell" not in tab.locator("[data-line].is-focused").inner_text().lower():
        tab.keyboard.press("j")
    line = tab.locator("[data-line].is-focused").get_attribute("data-line")
    expect(tab.locator(f"[data-evidence] form[action$='/line/{line}/split/']")).to_be_attached()
    expect(evidence).to_contain_text("of the last 4 Shell")

    tab.keyboard.press("c")
    tab.keyboard.type(_SUPPLIES)
    tab.keyboard.press("Enter")
    expect(tab.locator("#messages")).to_contain_text("29 more open lines match")
    tab.keyboard.press("r")
    expect(evidence).to_contain_text("29 more open lines match")
    expect(tab.locator("[data-offered] tbody tr")).to_have_count(29)
    tab.keyboard.press("Enter")
    expect(tab.locator("#messages")).to_contain_text("Rule made")
    assert Classification.objects.filter(book=made.book, rule__isnull=False).count() == 29
    tab.keyboard.press("Control+z")
    expect(tab.locator("#messages")).to_contain_text("Undone: rule made")
    assert not Rule.objects.get(book=made.book).is_active

    tab.goto(made.address("review/record/"))
    expect(tab.locator("main")).to_contain_text("more are needed")
    tab.get_by_role("button", name="Accept without me").press("Enter")
    expect(tab.locator("main")).to_contain_text("switched on by")
    assert Promise.objects.get(book=made.book).switched_on_by == made.owner
    assert not Prediction.objects.filter(
        book=made.book, promise__isnull=False
    ).exists()  # the record is too short
