"""The queue moves on before the answer comes; what is refused comes back and takes the focus from nobody."""

from playwright.sync_api import Page, expect

from ledgerflow.classification.models import Classification, State
from ledgerflow.statements.models import StatementLine
from tests.browser.books import NewBook
from tests.browser.in_queue import Held, expect_message, go_to, in_focus

_MEALS, _OFFICE, _SUPPLIES = "6070", "6080", "6130"


def test_a_refused_line_comes_back_with_its_reason_and_takes_the_focus_from_nobody(
    queue: Page, made: NewBook
):
    go_to(queue, "Check")
    count = queue.locator("[data-line]").count()
    row = queue.locator(f"[data-line='{in_focus(queue)}']")
    held = Held(queue, "**/accept/")

    queue.keyboard.press("Enter")
    expect(queue.locator("[data-line]")).to_have_count(count - 1)
    following = in_focus(queue)
    held.let_go(0)

    expect(queue.locator("[data-line]")).to_have_count(count)
    expect(row.locator("[data-refusal]")).to_have_text("It has no account yet.")
    expect_message(queue, "0 accepted, 1 not. It has no account yet.")
    assert in_focus(queue) == following  # the next key is meant for that
    queue.keyboard.press("e")
    expect_message(queue, "1 excluded.")
    assert Classification.objects.get(book=made.book, state=State.EXCLUDED).line_id == int(following)


def test_a_decision_moves_on_at_once_and_what_was_typed_comes_back_where_it_is_refused(
    queue: Page, made: NewBook
):
    go_to(queue, "Check")
    line = in_focus(queue)
    split = queue.locator("[data-evidence] form[data-split-total]")
    held = Held(queue, "**/split/")
    queue.keyboard.press("s")
    for key in (*"-1", "Tab", *_OFFICE, "Tab", *"pens", "Tab", *"-2", "Alt+r", "Tab", *_SUPPLIES):
        queue.keyboard.press(key)
    StatementLine.objects.filter(pk=line).update(hold="question")

    queue.keyboard.press("Enter")
    expect(queue.locator(f"[data-line='{line}']")).to_have_count(0)
    following = in_focus(queue)
    expect(queue.locator(f"[data-evidence] form[action$='/line/{following}/split/']")).to_be_attached()
    held.let_go(0)

    expect(queue.locator(f"[data-line='{line}'] [data-refusal]")).to_contain_text("may be here already")
    assert in_focus(queue) == following
    queue.locator(f"[data-line='{line}'] td").nth(3).click()
    expect(split.locator("[data-form-error]")).to_contain_text("may be here already")
    expect(split.locator("[name=split-0-memo]")).to_have_value("pens")


def test_r_writes_a_rule_for_lines_like_the_one_in_focus(queue: Page, made: NewBook):
    Classification.objects.filter(book=made.book).update(account=made.account(_MEALS))
    go_to(queue, "Shell")
    link = queue.locator("[data-evidence]").get_by_role("link", name="A rule for lines like this")
    expect(link).to_have_attribute("href", f"{made.address('rules/new/')}?line={in_focus(queue)}")

    queue.keyboard.press("r")

    expect(queue.get_by_label("Text contains")).to_have_value("shell oil")
    expect(queue.get_by_label("Then book to")).to_have_value(str(made.account(_MEALS).pk))
    expect(queue.locator("#trial")).to_contain_text("While you type")
