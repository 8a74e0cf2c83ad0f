"""Every page that can be opened: accessible in light and dark, no wider than a phone, and quiet.

Every day each page is looked at in one of the schemes, by turns, with the first rows of its tables; `make pages` looks
at all of it in both.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import APIResponse, BrowserContext
from playwright.sync_api import Page as Tab

from ledgerflow.users.models import User
from tests.browser.demo import DemoSample
from tests.factories import UserFactory
from tests.samples import Sample
from tests.test_every_url import PAGES, PUBLIC

#: All schemes and every row, as `make pages` asks.
WHOLE = os.environ.get("PAGES") == "whole"
_SERIOUS = {"serious", "critical"}
#: The phone on which everything must be usable.
_PHONE = {"width": 360, "height": 740}
_DESK = {"width": 1280, "height": 900}
#: Answers that are parts of a page; they are looked at inside it.
PARTS = {
    "review:evidence": "review:queue",
    "review:looking": "review:queue",
    "pipeline:inbox-rows": "pipeline:inbox",
    "statements:source": "statements:detail",
}
#: What waits until a part is in its page.
_WAIT_FOR = {
    "review:queue": "[data-evidence] form",
    "statements:detail": "[data-source] .source",
    "pipeline:look": "[data-source] .source",
}
#: Pages that send someone who is signed in and has a password elsewhere; those whom they are for are asked below.
_SENDS_ON = {"web:welcome", "web:sign-in", "web:home"}
#: What is refused even to a superuser, and why.
_REFUSED = {
    "admin:autocomplete": "it completes a field that it is told",
    "admin:view_on_site": "users have no page of their own",
    "admin:api_apitoken_add": "people make their own tokens, because the secret is shown to them alone",
    "admin:api_apitoken_delete": "tokens are revoked, and kept",
    "admin:ops_errorevent_add": "errors happen; nobody adds one",
    "admin:ops_backuprun_add": "backups are recorded by who makes them",
    "admin:ops_backuprun_delete": "the record is kept",
    "admin:ops_restoredrill_add": "drills are recorded by who runs them",
    "admin:ops_restoredrill_delete": "the record is kept",
    "statements:page": "the sample's file is text",
    "admin:toolbox_tool_add": "tools are registered from their packages",
    "admin:toolbox_tool_delete": "a missing tool keeps its history",
    "admin:toolbox_toolconfiguration_add": "settings are made on the tool's page",
    "admin:toolbox_toolconfiguration_delete": "the same",
    "admin:toolbox_toolrun_add": "runs are recorded by the calls",
    "admin:toolbox_toolrun_delete": "the record is kept",
    "admin:toolbox_egressrequest_add": "requests are recorded before they leave",
    "admin:toolbox_egressrequest_delete": "the record is kept",
    "ops:metrics": "no token is set here",
    "ops:readyz": "no worker runs here",
    "admin:procrastinate_procrastinatejob_add": "jobs are enqueued by the application alone",
    "admin:procrastinate_procrastinatejob_delete": "jobs are kept",
}

#: Resolves when the colors of the other scheme are there.
_SETTLED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
    () => Promise.allSettled(document.getAnimations().map((each) => each.finished)).then(() => done()))))"""

#: Nothing but violations is described. What is fetched beforehand serves rules that are off unless asked for.
_OPTIONS = {"resultTypes": ["violations"], "selectors": False, "preload": False}
#: Returns what is violated alone: all that axe looked at is a hundred times as much.
_RUN_AXE = """(options) => axe.run(options).then((results) => results.violations.map(
    ({id, impact, nodes}) => ({id, impact, nodes: nodes.map(({html}) => ({html}))})))"""

#: What further rows show has been seen in these; to compute their contrast takes most of the time.
_ROWS = 12
_SHORTEN = """(rows) => document.querySelectorAll("tbody").forEach(
    (body) => [...body.rows].slice(rows).forEach((row) => row.remove()))"""

#: Those of axe's rules, among the ones that are on, whose finding could differ in another scheme.
_RULES_OF_COLORS = {"runOnly": ["color-contrast", "link-in-text-block"]}

Addresses = list[tuple[str, str]]
#: A scheme, and what axe is told beside its options.
Looks = tuple[tuple[str, dict[str, Any]], ...]


@pytest.fixture
def sample(live_address: str) -> DemoSample:
    return DemoSample()


@pytest.fixture
def addresses(sample: DemoSample) -> Addresses:
    """Name and address of every page that is no part of another."""
    return [(page.name, page.address(sample)) for page in PAGES if page.name not in PARTS]


def _is_page(answer: APIResponse) -> bool:
    return answer.status == 200 and answer.headers["content-type"].startswith("text/html")


def opened(
    tab: Tab, addresses: Iterable[tuple[str, str]], answers: dict[str, APIResponse] | None = None
) -> Iterator[str]:
    """Open each that answers with a page and yield its name; Chromium takes an empty 405 for a broken network.

    ``answers`` is filled with what each answered.
    """
    for name, address in addresses:
        answer = tab.context.request.get(address, max_redirects=0)
        if answers is not None:
            answers[name] = answer
        if _is_page(answer):
            tab.goto(address)
            if name in _WAIT_FOR:
                tab.wait_for_selector(_WAIT_FOR[name])
            yield name


def _without_password() -> User:
    user = UserFactory(email="admin@localhost", name="")
    user.set_unusable_password()
    user.save()
    return user


_BOTH: Looks = (("light", {}), ("dark", _RULES_OF_COLORS))


def _looks(position: int) -> Looks:
    """Return in which schemes the page at the position is looked at, and by which rules."""
    return _BOTH if WHOLE else ((("light", "dark")[position % 2], {}),)


def _findings(tab: Tab, name: str, looks: Looks = _BOTH) -> list[str]:
    """Return what axe finds, by all of its rules in one scheme and by those of colors in the other, if it is asked."""
    found = []
    tab.evaluate(Axe().axe_script)
    for scheme, rules in looks:
        tab.emulate_media(color_scheme=scheme)
        tab.evaluate(_SETTLED)
        for violation in tab.evaluate(_RUN_AXE, _OPTIONS | rules):
            if violation["impact"] in _SERIOUS:
                nodes = [node["html"][:160] for node in violation["nodes"][:3]]
                found.append(f"{name} ({scheme}): {violation['id']}: {nodes}")
    return found


def test_every_page_is_accessible_and_fits_a_phone(
    addresses: Addresses,
    sample: DemoSample,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    """In one walk, because opening them all takes most of the time."""
    context = new_context(viewport=_DESK, reduced_motion="reduce")
    sign_in(context, sample.owner)
    tab = context.new_page()
    answers: dict[str, APIResponse] = {}
    found, wide = [], {}

    for position, name in enumerate(opened(tab, addresses, answers)):
        tab.set_viewport_size(_PHONE)
        width = tab.evaluate("document.documentElement.scrollWidth")
        if width > _PHONE["width"]:
            wide[name] = width
        tab.set_viewport_size(_DESK)
        if not WHOLE:
            tab.evaluate(_SHORTEN, _ROWS)
        found += _findings(tab, name, _looks(position))

    assert not found, "\n".join(found)
    assert wide == {}
    unknown = {name for name, answer in answers.items() if answer.status not in {200, 302, 405}}
    assert unknown == set(_REFUSED)
    sent_on = {name for name, answer in answers.items() if answer.status == 302}
    assert {name for name in sent_on if not name.startswith("admin:")} <= _SENDS_ON


def test_axe_finds_nothing_serious_for_those_who_are_new(
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    found, sample = [], Sample()
    nobody, newcomer, beginner = None, _without_password(), UserFactory()
    for who, user, names in (
        ("nobody", nobody, set(PUBLIC)),
        ("without a password", newcomer, {"web:welcome"}),
        ("without a book", beginner, {"web:home", "web:new-book"}),
    ):
        context = new_context(viewport=_DESK, reduced_motion="reduce")
        if user is not None:
            sign_in(context, user)
        tab = context.new_page()
        wanted = [(page.name, page.address(sample)) for page in PAGES if page.name in names]
        found += [finding for name in opened(tab, wanted) for finding in _findings(tab, f"{name}, {who}")]

    assert not found, "\n".join(found)
