"""The queue on a phone: a tap opens the evidence at the foot of the screen, with what can be done to the line."""

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, expect

from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import decide
from ledgerflow.users.models import User
from tests.browser.books import book_in_review

_VEHICLES, _MEALS = "6180", "6070"
_HEIGHT = 740


def _is_on_screen(element: Locator) -> bool:
    box = element.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= _HEIGHT


def test_a_tapped_line_is_decided_about_without_scrolling_to_the_foot_of_the_page(
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    made = book_in_review()
    lines = Classification.objects.filter(book=made.book)
    first, second, *_ = lines.filter(line__description__startswith="SHELL").order_by("pk")
    decide(
        book=made.book, line_id=first.pk, account=made.account(_VEHICLES), user=made.owner, now=timezone.now()
    )
    lines.filter(state=State.OPEN).update(account=made.account(_MEALS), confidence=1)
    context = new_context(viewport={"width": 360, "height": _HEIGHT}, has_touch=True, is_mobile=True)
    sign_in(context, made.owner)
    tab = context.new_page()
    tab.goto(made.address("review/"))
    pane, accept = (
        tab.locator("[data-evidence]"),
        tab.locator("[data-sheet]").get_by_role("button", name="Accept", exact=True),
    )

    tab.locator(f"[data-line='{second.pk}'] td").nth(3).tap()
    expect(pane.locator("h2")).to_contain_text("Shell")
    assert _is_on_screen(pane.locator("h2"))
    pane.get_by_role("button", name="Vehicles").tap()
    expect(tab.locator(f"[data-line='{second.pk}']")).to_have_count(0)
    expect(tab.locator("#messages")).to_contain_text("Accepted as 6180 Vehicles.")

    last = tab.locator("[data-line]").last
    line = last.get_attribute("data-line")
    last.locator("td").nth(3).tap()
    expect(pane.locator(f"form[action$='/line/{line}/split/']")).to_be_attached()
    assert _is_on_screen(accept)
    assert (last.bounding_box() or {"y": 0})["y"] < (accept.bounding_box() or {"y": 0})[
        "y"
    ]  # not behind the sheet
    accept.tap()
    expect(tab.locator(f"[data-line='{line}']")).to_have_count(0)
    tab.get_by_role("button", name="Evidence").tap()
    expect(pane).to_be_hidden()
    expect(tab.locator("#messages")).to_contain_text("1 accepted.")
    made_of = dict(lines.filter(pk__in=[second.pk, line]).values_list("pk", "account__code"))
    assert made_of == {second.pk: _VEHICLES, int(line or 0): _MEALS}
    assert not lines.filter(pk__in=made_of, state=State.OPEN).exists()
