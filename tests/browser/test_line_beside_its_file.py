"""A line beside its file, by keyboard: the forms of the queue, what was read where, and words that fill a field."""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from ledgerflow.classification.models import Classification, LineTag, State
from ledgerflow.users.models import User
from tests.booked import BookedFile

_DESK, _PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


def _divide(tab: Page) -> None:
    left, right = tab.locator("[data-booking]").bounding_box(), tab.locator("[data-source]").bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] < right["x"]
    assert right["y"] < _DESK["height"] / 2
    divider = tab.get_by_role("separator")
    divider.focus()
    tab.keyboard.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", "45")
    tab.reload()
    expect(divider).to_have_attribute("aria-valuenow", "45")


def _fill_from_the_file(tab: Page) -> None:
    """Name the payee by a word of the file and by typing."""
    source = tab.locator("[data-source]")
    read = source.locator("[data-word].is-read")
    tab.locator("[data-said=amount]").hover()
    expect(read).to_have_text(["-2"])
    tab.locator("[data-said=date]").hover()
    expect(read).to_have_text(["2026-01-06"])
    for key in ("p", "Control+a", "Backspace"):
        tab.keyboard.press(key)
    tab.locator("h1").hover()
    expect(read).to_have_text(["Shop", "2"])
    source.locator("mark [data-word]", has_text="Shop").click()
    payee = tab.locator("[data-decide] [name=payee]")
    expect(payee).to_have_value("Shop")
    tab.keyboard.type(" Two")
    tab.keyboard.press("Enter")
    expect(tab.locator("#messages")).to_contain_text("Noted")
    expect(tab.locator("[data-fresh=decided]")).to_contain_text("Shop Two")
    expect(payee).to_be_focused()
    payee.blur()


def _open_the_sheet(tab: Page) -> None:
    tab.set_viewport_size(_PHONE)
    mark = tab.locator("[data-source] mark")
    expect(mark).to_be_hidden()
    tab.locator("[data-source] summary").first.click()
    expect(mark).to_be_in_viewport()
    assert tab.evaluate("document.documentElement.scrollWidth") <= _PHONE["width"]


def test_a_line_is_booked_beside_its_file(
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    file = BookedFile(3, is_posted=False)
    context = new_context(viewport=_DESK, reduced_motion="reduce")
    sign_in(context, file.owner)
    tab = context.new_page()
    line = file.line_ids[1]
    tab.goto(file.address("review/"))
    tab.locator(f"[data-line='{line}'] a").first.click()
    tab.wait_for_url(f"**/journal/line/{line}/")
    messages = tab.locator("#messages")
    _divide(tab)
    _fill_from_the_file(tab)

    tab.keyboard.press("c")
    tab.keyboard.type(file.expense.code)
    tab.keyboard.press("Enter")
    expect(messages).to_contain_text(f"Accepted as {file.expense}")
    expect(tab.locator("[data-offer]")).to_contain_text("Always book")
    expect(tab.locator("#history")).to_be_visible()
    assert Classification.objects.get(line=line).state == State.ACCEPTED
    tab.locator("[data-decide] [name=account]").blur()
    tab.keyboard.press("s")
    tab.keyboard.type("-1")
    tab.keyboard.press("Enter")
    expect(tab.locator("[data-split-total] [data-form-error]")).not_to_be_empty()
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        assert Axe().run(tab).response["violations"] == []

    tags = tab.locator("[name=tags]")
    tags.fill("#berlin")
    tags.press("Enter")
    expect(messages).to_contain_text("Tags saved")
    assert LineTag.objects.filter(line=line).count() == 1
    expect(tab.locator("[name=split-0-amount]")).to_have_value("-1")  # what is half typed stays
    tab.locator("[name=split-0-amount]").fill("")  # no change any more
    tab.locator("[data-decide] input[name=note]:not([type=hidden])").last.fill("for Kim")
    tab.keyboard.press("Control+Shift+S")
    tab.wait_for_url(f"**/journal/line/{file.line_ids[2]}/")
    assert Classification.objects.get(line=line).note == "for Kim"
    _open_the_sheet(tab)
