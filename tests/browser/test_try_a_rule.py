"""A rule is tried on the whole book while somebody goes on typing it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Request, Route, expect

from ledgerflow.classification import rule_trials
from ledgerflow.classification.models import Classification
from ledgerflow.users.models import User
from tests.browser.books import book_in_review

_ASKED_ONCE, _ASKED_AGAIN = 2_000, 4_000


def test_asking_for_the_trial_sends_nothing_of_the_form_and_lets_a_preview_come(
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(rule_trials, "AT_ONCE", 2)
    made = book_in_review()
    context = new_context()
    sign_in(context, made.owner)
    tab = context.new_page()
    tab.clock.install(time=0)
    tab.clock.pause_at(1)
    account = made.account("6180").pk
    tab.goto(made.address(f"rules/new/?text=shell&account={account}"))
    tab.get_by_role("button", name="Try on the whole book").click()
    waits = tab.get_by_text("is being tried on the whole book")
    expect(waits).to_be_visible()
    waits.evaluate("each => each.id = 'first'")

    with tab.expect_response("**/rules/trials/**") as answer:
        tab.clock.run_for(_ASKED_ONCE)
    expect(tab.locator("#first")).to_have_count(0)
    expect(waits).to_be_visible()
    assert "?" not in answer.value.url

    held: list[Route] = []
    failed: list[Request] = []

    def hold(route: Route) -> None:
        held.append(route)

    def note(request: Request) -> None:
        failed.append(request)

    tab.route("**/rules/new/", hold)
    tab.on("requestfailed", note)
    with tab.expect_request(lambda request: request.method == "POST"):
        tab.get_by_label("Text contains").fill("coffee")
        tab.clock.run_for(_ASKED_AGAIN)
    tab.clock.run_for(_ASKED_AGAIN)
    for route in held:
        route.continue_()

    expect(tab.get_by_role("status").filter(has_text="3 open lines match")).to_be_visible()
    assert failed == []


def test_ticked_lines_are_booked_at_once_and_the_rule_goes_on_being_written(
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    made = book_in_review()
    context = new_context()
    sign_in(context, made.owner)
    tab = context.new_page()
    account = made.account("6180").pk
    tab.goto(made.address(f"rules/new/?account={account}"))
    tab.get_by_label("Text contains").fill("coffee")
    expect(tab.get_by_role("status").filter(has_text="3 open lines match")).to_be_visible()

    tab.get_by_label("Tick all").check()
    tab.locator("[name=lines]").first.uncheck()
    tab.get_by_role("button", name="Apply to the ticked").click()

    expect(tab.locator("#messages")).to_contain_text("2 changed.")
    expect(tab.get_by_role("status").filter(has_text="1 open line matches")).to_be_visible()
    expect(tab.get_by_label("Text contains")).to_have_value("coffee")
    decided = Classification.objects.filter(book=made.book, state="accepted")
    assert set(decided.values_list("account", flat=True)) == {account}
