"""Keys of every page, the inbox, a line and the search: none acts in a field or with a wrong modifier."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from ledgerflow.books.models import SavedView
from ledgerflow.classification.models import Classification, LineTag, State
from ledgerflow.pipeline.demo_statements import DemoFile
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.posting.models import DocumentDate
from ledgerflow.users.models import User
from tests.browser.books import NewBook
from tests.pipeline.statements import ofx


@pytest.fixture
def tab(
    made: NewBook, new_context: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext, User], None]
) -> Page:
    context = new_context(viewport={"width": 1280, "height": 900})
    sign_in(context, made.owner)
    return context.new_page()


def test_ctrl_k_goes_and_shift_p_hides_amounts(tab: Page, made: NewBook):
    tab.goto(made.address("review/"))
    places = tab.locator("#go")

    tab.keyboard.press("k")
    tab.keyboard.press("Alt+k")
    expect(places).to_be_hidden()
    tab.keyboard.press("p")
    expect(tab.locator("html")).not_to_have_class("hides-amounts")
    tab.keyboard.press("Escape")
    tab.keyboard.press("Shift+P")
    expect(tab.locator("html")).to_have_class("hides-amounts")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("Pvehicles")  # a field: no key acts
    expect(tab.locator("html")).to_have_class("hides-amounts")
    expect(places).to_contain_text("Search the review queue for “Pvehicles”")
    tab.keyboard.press("Control+a")
    tab.keyboard.type("veh")
    tab.keyboard.press("Enter")  # before the answer is there

    expect(tab.get_by_role("heading", name="Vehicles")).to_be_visible()
    assert "/reports/register/" in tab.url
    expect(tab.locator("html")).to_have_class("hides-amounts")
    tab.keyboard.press("Shift+P")
    expect(tab.locator("html")).not_to_have_class("hides-amounts")
    tab.keyboard.press("Control+k")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Escape")
    expect(places).to_be_hidden()
    tab.reload()
    asked, went = list[Route](), list[str]()

    def hold(route: Route) -> None:
        asked.append(route)

    tab.route("**/go/?q=*", hold)
    tab.on("request", lambda request: went.append(request.url) if request.is_navigation_request() else None)
    tab.keyboard.press("Control+k")
    tab.keyboard.press("Enter")  # before the answer is there, and then it is not wanted any more
    tab.keyboard.press("Escape")
    for _ in range(500):
        if asked:
            break
        tab.wait_for_timeout(20)
    asked[0].continue_()
    expect(places.locator("[role=option]").first).to_be_attached()
    tab.keyboard.press("Control+k")
    expect(places).to_be_visible()
    assert went == []


def test_a_view_is_saved_and_chosen_and_rows_come_closer_by_keyboard(tab: Page, made: NewBook):
    tab.goto(made.address("review/?q=shell"))
    views = tab.locator("summary[data-key=v]")
    tab.keyboard.press("v")
    expect(views).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.get_by_label("Save this view as")).to_be_hidden()
    tab.keyboard.press("v")
    tab.keyboard.press("Tab")
    tab.keyboard.type("Fuel")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    expect(tab.get_by_label("Shared with every member of the book")).to_be_checked()
    expect(tab.locator("[data-line] input:checked")).to_have_count(0)
    tab.locator("summary", has_text="Columns").click()
    tab.locator("input[name=columns][value=bank]").focus()
    with tab.expect_navigation():
        tab.keyboard.press("Enter")  # sends the form that it stands in, and accepts nothing
    assert not Classification.objects.filter(book=made.book, state=State.ACCEPTED).exists()
    tab.keyboard.press("v")
    tab.keyboard.press("Tab")
    tab.keyboard.type("Fuel")
    tab.keyboard.press("Enter")
    expect(views).to_have_text("Fuel")
    tab.keyboard.press("j")  # the keys are the queue's again
    tab.goto(made.address(""))

    tab.keyboard.press("Control+k")
    tab.keyboard.type("fue")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/review/?q=shell")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("compact")
    tab.keyboard.press("Enter")

    expect(tab.locator("body")).to_have_class("is-compact")
    expect(views).to_have_text("Fuel")
    SavedView.objects.update(name="M" * 80)
    tab.set_viewport_size({"width": 360, "height": 800})
    tab.reload()
    expect(views).to_have_text("M" * 80)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_inbox_acts_on_the_chosen_file_alone(tab: Page, made: NewBook):
    ready = ImportRun.objects.get(book=made.book)
    latest = made.take_in(ofx(date(2026, 2, 1))[0])
    ImportRun.objects.filter(pk=latest.pk).update(state=ImportRun.State.RUNNING)
    tab.goto(made.address("inbox/"))
    undo = tab.get_by_role("link", name="Undo…")
    undo.focus()
    for _ in range(2):  # the rows come anew by themselves
        with tab.expect_response(re.compile("/inbox/rows/")):
            pass
    tab.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    expect(undo).to_be_focused()
    expect(tab.locator("tr.is-chosen")).to_have_attribute("data-choice", str(ready.pk))
    ImportRun.objects.filter(pk=latest.pk).update(state=ImportRun.State.FAILED, message="Broken.")
    tab.goto(made.address("inbox/"))

    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("Shift+R")  # the one before has not: nothing to retry
    assert tab.evaluate("document.activeElement.closest('[data-choice]').dataset.choice") == str(ready.pk)
    tab.keyboard.press("k")
    tab.keyboard.press("r")
    with tab.expect_request("**/retry/") as asked:
        tab.keyboard.press("Shift+R")
    assert f"/{latest.pk}/retry/" in asked.value.url
    tab.goto(made.address("inbox/"))
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("x")

    tab.wait_for_url(f"**/{ready.pk}/undo/")
    dates = b"Date,Text,Amount\n03/04/2026,Tea,-4.00\n05/06/2026,Pay,2.00\n"
    asking = made.take_in(DemoFile("open.csv", dates, ()))
    tab.goto(made.address("inbox/"))
    tab.keyboard.press("j")
    expect(tab.locator("tr.is-chosen")).to_contain_text("Is 03/04/2026 the 3rd of April or the 4th of March?")
    with tab.expect_request("**/dates/") as said:
        tab.keyboard.press("m")
    assert f"/{asking.pk}/dates/" in said.value.url
    assert "order=MDY" in str(said.value.post_data)


def test_a_line_leads_to_its_neighbours_and_saves_on_the_way(tab: Page, made: NewBook):
    tab.goto(made.address("review/?q=shell"))
    rows = [row.get_attribute("data-line") for row in tab.locator("[data-line]").all()]
    assert LineTag.objects.count() == 0

    tab.locator(f"[data-line='{rows[1]}'] a").first.click()
    expect(tab.get_by_role("link", name="Next")).to_be_visible()
    tab.keyboard.press("Control+ArrowRight")
    tab.wait_for_url(f"**/line/{rows[2]}/")
    expect(tab.get_by_role("link", name="Next")).to_be_hidden()
    tab.keyboard.press("Control+ArrowLeft")
    tab.wait_for_url(f"**/line/{rows[1]}/")
    tags, day = tab.locator("[name=tags]"), tab.locator("[name=date]")
    tags.fill("#" * 3)
    day.fill("2026-01-03")
    tab.keyboard.press("Control+Shift+S")
    expect(tags).to_be_focused()
    expect(tags).to_have_attribute(
        "aria-invalid", "true"
    )  # refused: it says why, and what follows is not lost
    expect(day).to_have_value("2026-01-03")
    assert not DocumentDate.objects.exists()
    tags.fill("#berlin")
    tab.keyboard.press("Control+ArrowRight")  # moves in the field alone
    tab.keyboard.press("Control+Shift+S")
    tab.wait_for_url(f"**/line/{rows[2]}/")

    assert [tag.line_id for tag in LineTag.objects.all()] == [int(rows[1])]
    assert [str(document.date) for document in DocumentDate.objects.all()] == ["2026-01-03"]
    tab.get_by_role("link", name="Back to the list").click()
    expect(tab.locator("[data-line].is-focused")).to_have_attribute("data-line", str(rows[2]))
    assert "q=shell" in tab.url

    tab.locator(f"[data-line='{rows[1]}'] a").first.click()
    tags.fill("#paris")
    tab.context.clear_cookies(name="sessionid")
    tab.keyboard.press("Control+Shift+S")
    expect(tab.locator("#messages")).to_contain_text("You are not signed in any more")
    expect(tags).to_have_value("#paris")


def test_what_is_searched_for_is_selected_whole_and_set_at_once(tab: Page, made: NewBook):
    tab.goto(made.address("review/"))
    shells = Classification.objects.filter(book=made.book, line__description__startswith="SHELL")
    words = tab.locator("summary", has_text="What can be searched for")
    for key in ("Enter", "Space", "Enter"):  # they open and close it, and do nothing to the line in focus
        words.focus()
        tab.keyboard.press(key)
    expect(tab.locator("details[open]", has=words)).to_have_count(1)
    expect(tab.locator("[data-line]")).to_have_count(8)
    expect(tab.locator("[data-line] input:checked")).to_have_count(0)
    tab.keyboard.press("/")
    tab.keyboard.type("-bank:c")
    expect(tab.locator("#search-words option[value='-bank:Card']")).to_be_attached()
    tab.keyboard.press("Control+a")
    tab.keyboard.type("shell money:out")
    tab.keyboard.press("Enter")
    expect(tab.locator("[data-line]")).to_have_count(3)

    tab.keyboard.press("Space")  # a choice of rows, which that of all takes the place of
    tab.get_by_role("button", name="Select all 3 matching").click()
    expect(tab.get_by_role("status").filter(has_text="All 3 matching selected")).to_be_visible()
    tab.keyboard.press("c")
    tab.keyboard.type("6180")
    tab.keyboard.press("Enter")

    expect(tab.locator("#messages")).to_contain_text("3 changed.")
    expect(tab.get_by_text("No line on this tab matches")).to_be_visible()
    assert set(shells.values_list("account__code", "state")) == {("6180", State.ACCEPTED)}
    tab.keyboard.press("/")
    tab.keyboard.type("shell is:nothing")
    tab.keyboard.press("Enter")
    expect(tab.locator("mark")).to_have_text("nothing")
