"""An owner reads what leaves and switches the agent on; a question is asked; what it said stands under Why."""

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from ledgerflow.agent.jobs import ask_about
from ledgerflow.agent.models import AgentSettings
from tests.agent.desk import Desk
from tests.agent.server import ModelServer, answers

_SERIOUS = {"serious", "critical"}
_PHONE, _DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


def _is_sound(tab: Tab, name: str) -> None:
    """Assert that the page is accessible in light and dark and no wider than a phone; keep a picture where asked."""
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        tab.wait_for_timeout(300)
        found = [each for each in Axe().run(tab).response["violations"] if each["impact"] in _SERIOUS]
        assert not found, (name, scheme, [(each["id"], each["nodes"][0]["html"][:200]) for each in found])
    tab.emulate_media(color_scheme="light")
    if folder := os.environ.get("SCREENSHOTS"):
        tab.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    tab.set_viewport_size(_PHONE)
    assert tab.evaluate("document.documentElement.scrollWidth") <= _PHONE["width"], name
    tab.set_viewport_size(_DESK)


def test_an_owner_switches_it_on_and_reads_what_was_said(
    live_address: str, new_context: Any, sign_in: Any, settings: Any
) -> None:
    with ModelServer().running() as server:
        desk = Desk(server, settings)
        AgentSettings.objects.all().delete()
        line = desk.open("Blue Heron Supply")
        server.says(answers("6530", reason="It sells fuel.", evidence=["Its name"]))
        context = new_context(viewport=_DESK)
        sign_in(context, desk.user)
        tab = context.new_page()

        tab.goto(f"{live_address}/books/{desk.book.slug}/settings/")
        tab.get_by_role("link", name="Agent", exact=True).click()
        expect(tab.get_by_text("Off: nothing is sent")).to_be_visible()
        tab.get_by_text("The very question that would be asked next").click()
        expect(tab.get_by_text("bank text: Blue Heron Supply")).to_be_visible()
        _is_sound(tab, "agent-off")

        tab.get_by_label("This book may ask the agent").check()
        tab.get_by_role("button", name="Save").click()
        expect(tab.get_by_text("Saved. The book may ask the agent.")).to_be_visible()
        tab.get_by_role("button", name="Ask the agent about the 1 open line").click()
        expect(tab.get_by_text("The agent is being asked.")).to_be_visible()

        ask_about(book_id=desk.book.pk, user_id=desk.user.pk, waited=0)

        tab.goto(f"{live_address}/books/{desk.book.slug}/agent/")
        _is_sound(tab, "agent-on")
        tab.goto(f"{live_address}/books/{desk.book.slug}/journal/line/{line.pk}/")
        expect(tab.get_by_text("Payee Some firm")).to_be_visible()
        _is_sound(tab, "agent-line")
        tab.get_by_role("link", name="What was said").first.click()
        expect(tab.get_by_text("It sells fuel.", exact=True)).to_be_visible()
        _is_sound(tab, "agent-conversation")
        tab.get_by_role("link", name="All conversations").click()
        expect(tab.get_by_text("Proposed an account")).to_be_visible()
        _is_sound(tab, "agent-conversations")
