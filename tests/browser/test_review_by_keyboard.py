"""A month reviewed without the mouse: accept, choose, split, exclude, undo, make a rule, post."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from ledgerflow.classification.models import Classification, Rule, State
from ledgerflow.classification.services import classify_lines, decide
from ledgerflow.ledger.models import Account
from ledgerflow.posting.models import Transfer
from ledgerflow.statements.models import BankAccount, StatementLine
from tests.browser.books import NewBook
from tests.browser.in_queue import Held, expect_message, go_to
from tests.posting.read_receipts import read_receipt
from tests.statements.shapes import line, take_in

_VEHICLES, _MEALS, _OFFICE, _SUPPLIES = "6180", "6070", "6080", "6130"


def test_j_and_k_move_and_the_address_keeps_the_line(queue: Page):
    lines = [row.get_attribute("data-line") for row in queue.locator("[data-line]").all()]

    queue.keyboard.press("j")
    queue.keyboard.press("j")
    queue.keyboard.press("k")

    expect(queue.locator("[data-line].is-focused")).to_have_attribute("data-line", str(lines[1]))
    queue.reload()
    expect(queue.locator("[data-line].is-focused")).to_have_attribute("data-line", str(lines[1]))


def test_a_chosen_account_makes_a_rule_that_suggests_it_for_the_others(queue: Page, made: NewBook):
    go_to(queue, "Shell")

    queue.keyboard.press("c")
    queue.keyboard.type(_VEHICLES)
    queue.keyboard.press("Enter")
    expect_message(queue, "Always book “Shell Oil” so? 2 more open lines match.")
    queue.keyboard.press("j")  # somebody goes on all the same
    queue.get_by_role("button", name="Dismiss").click()
    queue.get_by_role("button", name="Rule…").click()
    expect(queue.locator("[data-evidence]")).to_contain_text("2 more open lines match")
    queue.keyboard.press("v")
    queue.keyboard.press("Escape")  # closes the views, and not the offer too
    queue.keyboard.press("r")
    expect(queue.locator("[data-evidence]")).to_contain_text("2 more open lines match")
    queue.keyboard.press("Enter")

    expect_message(queue, "2 open lines have a new suggestion")
    others = queue.locator("[data-line]").filter(has_text="Shell")
    expect(others).to_have_count(2)
    for row in others.all():
        expect(row).to_contain_text("Vehicles")
    assert Rule.objects.get(book=made.book).account == made.account(_VEHICLES)


def test_selected_lines_are_accepted_together_and_posted(queue: Page, made: NewBook):
    for text in ("Shell", "Shell", "Shell"):
        go_to(queue, text)
        line = queue.locator("[data-line].is-focused").get_attribute("data-line")
        queue.keyboard.press("c")
        queue.keyboard.type(_VEHICLES)
        queue.keyboard.press("Enter")
        expect(queue.locator(f"[data-line='{line}']")).to_have_count(0)
    expect(queue.locator("[data-count='reviewed']").first).to_have_text("3")
    Classification.objects.filter(book=made.book, state=State.OPEN).update(account=made.account(_MEALS))
    queue.reload()
    expect(queue.locator("[data-evidence] h2")).to_be_visible()
    for _ in range(5):
        queue.keyboard.press("k")

    queue.keyboard.press("Space")
    queue.keyboard.press("Space")
    queue.keyboard.press("Enter")

    expect_message(queue, "2 accepted.")
    expect(queue.locator("[data-line]")).to_have_count(3)
    queue.get_by_role("button", name="Post 5 accepted").press("Enter")
    expect_message(queue, "5 entries posted.")
    assert Classification.objects.filter(book=made.book, state=State.POSTED).count() == 5


def test_a_split_takes_the_rest_by_alt_r_and_shows_exactly_what_is_left(queue: Page, made: NewBook):
    go_to(queue, "Check")
    row = queue.locator("[data-line].is-focused")
    line_id = int(row.get_attribute("data-line") or "")
    amount = Classification.objects.get(line_id=line_id).line.amount
    left = queue.locator("[data-split-left]")
    expect(left).to_have_text(f"{amount:,.2f}")

    queue.keyboard.press("s")
    queue.keyboard.type("-0.1")
    queue.keyboard.press("Tab")
    queue.keyboard.type(_OFFICE)
    queue.keyboard.press("Tab")
    queue.keyboard.type("paper")
    queue.keyboard.press("Tab")
    queue.keyboard.type("-0.2")
    expect(left).to_have_text(f"{amount + 3 * (amount / amount) / 10:,.2f}")
    queue.evaluate("document.documentElement.classList.add('hides-amounts')")
    expect(left).to_have_css("filter", re.compile("blur"))
    first, second = (queue.locator(f"[name=split-{number}-amount]") for number in range(2))
    expect(first).to_have_css("filter", re.compile("blur"))
    expect(second).to_have_css("filter", "none")  # written in just now
    queue.keyboard.press("Alt+r")
    expect(left).to_have_text("0.00")
    queue.keyboard.press("Tab")
    queue.keyboard.type(_SUPPLIES)
    queue.keyboard.press("Enter")

    expect_message(queue, "Accepted as 2 parts.")
    parts = Classification.objects.get(line_id=line_id).splits.order_by("amount")
    assert [(part.account.code, part.memo) for part in parts] == [(_SUPPLIES, ""), (_OFFICE, "paper")]
    assert sum(part.amount for part in parts) == amount

    queue.goto(made.address("review/?tab=reviewed"))  # its parts stand there as they were
    expect(left).to_have_text("0.00")
    expect(second).to_be_visible()
    expect(first).to_have_value("-0.10")
    expect(queue.locator("[name=split-0-memo]")).to_have_value("paper")
    first.fill("-1")
    second.press("Alt+r")
    queue.locator("[data-evidence]").get_by_role("button", name="Accept the parts").click()
    expect_message(queue, "Accepted as 2 parts.")
    assert max(part.amount for part in parts.all()) == -1


def test_keys_wait_for_the_pane_of_the_line_in_focus(queue: Page, made: NewBook):
    held = Held(queue, "**/evidence/")
    queue.keyboard.press("j")
    line_id = queue.locator("[data-line].is-focused").get_attribute("data-line")

    queue.keyboard.press("1")  # nor is anything chosen that stands in the pane of the line before
    for key in ("c", *_OFFICE, "Enter"):
        queue.keyboard.press(key)
    assert not Classification.objects.filter(book=made.book).exclude(state=State.OPEN).exists()
    held.let_go(0)

    expect(queue.locator(f"[data-line='{line_id}']")).to_have_count(0)
    expect_message(queue, "Accepted as")
    decided = Classification.objects.get(book=made.book, state=State.ACCEPTED)
    assert (str(decided.line_id), decided.account) == (line_id, made.account(_OFFICE))


def test_a_range_is_selected_and_of_a_group_what_is_sure_is_accepted_by_keys(queue: Page, made: NewBook):
    lines = Classification.objects.filter(book=made.book)
    lines.update(account=made.account(_MEALS), confidence="0.899")
    queue.goto(made.address("review/?group=payee"))
    expect(queue.locator("[data-evidence] h2")).to_be_visible()
    queue.keyboard.press("Shift+Enter")
    expect_message(queue, "No line of this group is sure")
    lines.update(confidence="0.900")
    queue.reload()
    first = queue.locator("[data-group]").first
    of_first = first.locator("[data-line]").count()
    expect(queue.locator("[data-evidence] h2")).to_be_visible()

    queue.keyboard.press("Space")
    queue.keyboard.press("j")
    queue.keyboard.press("Shift+Space")
    expect(queue.locator("[data-selected]").first).to_have_text("3 selected")
    for _ in range(3):
        queue.locator("[data-line] input:checked").first.uncheck()
    expect(queue.locator("[data-selected]").first).to_be_empty()
    first.locator("[data-line]").first.locator("td").nth(3).click()
    queue.keyboard.press("Shift+Enter")

    expect_message(queue, f"{of_first} accepted")
    assert Classification.objects.filter(book=made.book, state=State.ACCEPTED).count() == of_first
    expect(queue.locator("[data-line]")).to_have_count(8 - of_first)


def test_a_opens_the_place_for_receipts(queue: Page):
    queue.keyboard.press("a")
    queue.wait_for_url("**/journal/line/*/#receipts")


def test_what_is_typed_before_the_pane_is_there_fills_its_fields(queue: Page, made: NewBook):
    held = Held(queue, "**/evidence/")
    queue.keyboard.press("j")
    line = Classification.objects.get(
        line_id=queue.locator("[data-line].is-focused").get_attribute("data-line")
    )
    part = line.line.amount / 4

    for key in ("s", *f"{part}9", "Backspace", "Tab", *_OFFICE, "Tab", "P", "/"):
        queue.keyboard.press(key)
    held.let_go(0)

    split = queue.locator("[data-evidence] form[data-split-total]")
    expect(split.locator("[name=split-0-amount]")).to_have_value(f"{part}")
    expect(split.locator("[name=split-0-account]")).to_have_value(str(made.account(_OFFICE).pk))
    expect(split.locator("[name=split-0-memo]")).to_have_value("P/")  # no keys of the page
    expect(split.locator("[data-split-left]")).to_have_text(f"{line.line.amount - part:,.2f}")


def test_what_is_under_way_is_posted_too(queue: Page, made: NewBook):
    Classification.objects.filter(book=made.book).update(account=made.account(_MEALS))
    queue.reload()
    expect(queue.locator("[data-evidence] h2")).to_be_visible()
    held = Held(queue, "**/accept/")
    queue.keyboard.press("Enter")
    queue.keyboard.press("Enter")
    held.let_go(0)
    expect_message(queue, "1 accepted.")

    queue.get_by_role("button", name="Post 1 accepted").click()
    held.let_go(1)

    expect_message(queue, "2 entries posted.")
    assert Classification.objects.filter(book=made.book, state=State.POSTED).count() == 2


def test_an_excluded_line_comes_back_by_undo(queue: Page, made: NewBook):
    go_to(queue, "Monthly service fee")

    queue.keyboard.press("e")
    expect_message(queue, "1 excluded.")
    expect(queue.locator("[data-line]").filter(has_text="Monthly service fee")).to_have_count(0)
    queue.keyboard.press("u")

    expect_message(queue, "Undone")
    expect(queue.locator("[data-line]").filter(has_text="Monthly service fee")).to_have_count(1)
    assert not Classification.objects.filter(book=made.book, state=State.EXCLUDED).exists()

    queue.get_by_label("Tags for the chosen lines").fill("#van")
    queue.keyboard.press("Enter")  # which loads the page again, and says so there
    queue.locator("#messages").get_by_role("button", name="Undo").click()
    expect_message(queue, "Undone")
    queue.keyboard.press("e")
    expect_message(queue, "1 excluded.")
    queue.goto(made.address("journal/"))
    queue.keyboard.press("Control+z")  # on any page of the book
    expect_message(queue, "Undone")
    assert not Classification.objects.filter(book=made.book, state=State.EXCLUDED).exists()


def test_keys_do_nothing_while_they_are_switched_off(queue: Page):
    queue.keyboard.press("?")
    queue.get_by_label("Single keys act on this page").uncheck()
    queue.keyboard.press("Escape")
    before = queue.locator("[data-line].is-focused").get_attribute("data-line")

    queue.keyboard.press("j")

    expect(queue.locator("[data-line].is-focused")).to_have_attribute("data-line", str(before))


def test_closing_the_list_of_keys_leaves_them_acting(queue: Page):
    queue.keyboard.press("?")
    queue.locator("#keys").get_by_role("button", name="Close").click()
    before = queue.locator("[data-line].is-focused").get_attribute("data-line")

    queue.locator("[data-evidence]").focus()
    queue.keyboard.press("j")

    expect(queue.locator("[data-line].is-focused")).not_to_have_attribute("data-line", str(before))


def test_t_posts_a_transfer_or_offers_the_choice_and_shift_t_says_that_it_is_none(queue: Page, made: NewBook):
    card = BankAccount.objects.get(book=made.book, name="Card")
    lines = StatementLine.objects.filter(book=made.book).order_by("pk")
    fee = lines.get(description="MONTHLY SERVICE FEE")
    coffee = lines.filter(description__startswith="BLUE STAR").first()
    assert coffee
    shown = [line(fee.date, -fee.amount, "Payment thank you", f"c{number}") for number in range(2)]
    shown.append(line(coffee.date, -coffee.amount, "Refund", "c3"))
    outcome = take_in(card, *shown)
    classify_lines(book=made.book, line_ids=outcome.new_line_ids)
    queue.reload()

    go_to(queue, "Service Fee")
    expect(queue.locator("[data-evidence]")).to_contain_text("Transfer to Card on")
    queue.keyboard.press("t")
    expect(queue.locator("[data-transfer] button").first).to_be_focused()
    queue.keyboard.press("Enter")
    expect_message(queue, "Posted as entry 1")
    expect(queue.locator("[data-line]").filter(has_text="Service Fee")).to_have_count(0)
    expect(queue.locator("[data-line]").filter(has_text="Payment thank you")).to_have_count(1)

    go_to(queue, "Blue Star")
    expect(queue.locator("[data-line].is-focused")).to_contain_text("transfer to Card?")
    queue.keyboard.press("Enter")
    expect_message(queue, "Enter again accepts it as it is")
    expect(queue.locator("[data-line].is-focused")).to_contain_text("Blue Star")

    go_to(queue, "Blue Star")
    queue.keyboard.press("Shift+T")
    expect_message(queue, "not suggested again")
    expect(queue.locator("[data-transfer]")).to_have_count(0)
    assert Transfer.objects.filter(book=made.book, state="rejected").count() == 1
    assert Classification.objects.filter(book=made.book, state=State.POSTED).count() == 2


def test_q_asks_the_client_who_answers_without_an_account(
    queue: Page, made: NewBook, new_context: Callable[..., BrowserContext]
):
    go_to(queue, "Shell")
    line = queue.locator("[data-line].is-focused").get_attribute("data-line")

    queue.keyboard.press("q")
    queue.keyboard.type("What was this for?")
    queue.keyboard.press("Enter")
    link = queue.locator("[data-evidence] .secret")
    expect(link).to_contain_text("/answer/")
    expect(queue.locator(f"[data-line='{line}']")).to_have_count(0)
    expect(queue.locator("[data-count='needs-answer']")).to_have_text("1")
    queue.get_by_role("button", name="Copy the link").press("Enter")
    expect_message(queue, "Copied.")

    client = new_context(viewport={"width": 360, "height": 740}).new_page()
    client.goto(link.inner_text())
    client.get_by_label("Your answer").fill("Fuel for the van")
    client.get_by_role("button", name="Send the answer").press("Enter")
    expect(client.get_by_role("heading", name="Thank you")).to_be_visible()

    queue.goto(made.address(f"review/#line-{line}"))
    queue.reload()
    expect(queue.locator("[data-line].is-focused")).to_have_attribute("data-line", str(line))
    expect(queue.locator("[data-evidence]")).to_contain_text("Fuel for the van")


def test_a_note_is_kept_and_accepts_nothing(queue: Page, made: NewBook):
    Classification.objects.filter(book=made.book).update(account=made.account(_MEALS))
    queue.reload()
    go_to(queue, "Shell")
    line = queue.locator("[data-line].is-focused").get_attribute("data-line")

    queue.keyboard.press("n")
    queue.keyboard.type("for the van")
    queue.keyboard.press("Enter")

    expect(queue.locator(f"[data-line='{line}']")).to_contain_text("for the van")
    noted = Classification.objects.get(line_id=line)
    assert (noted.note, noted.state) == ("for the van", State.OPEN)


def test_an_account_is_found_by_a_word_of_its_name(queue: Page, made: NewBook):
    go_to(queue, "Shell")
    name = made.account(_SUPPLIES).name.split()[-1]

    queue.keyboard.press("c")
    queue.keyboard.type(name.lower())

    expect(queue.locator("[data-evidence] select[name=account]")).to_have_value(
        str(made.account(_SUPPLIES).pk)
    )
    queue.keyboard.press("Enter")
    expect_message(queue, "Accepted as")
    assert Classification.objects.get(book=made.book, state=State.ACCEPTED).account == made.account(_SUPPLIES)


@pytest.mark.parametrize(
    ("status", "said"), [(200, "it is not known whether this was done"), (403, "Nothing was changed")]
)
def test_an_answer_that_is_none_says_what_is_known(queue: Page, status: int, said: str):
    queue.route("**/exclude/", lambda route: route.fulfill(status=status, body="<p>cut"))
    line = queue.locator("[data-line].is-focused").get_attribute("data-line")

    queue.keyboard.press("e")

    expect(queue.locator(f"[data-line='{line}'] [data-refusal]")).to_contain_text(said)
    expect(queue.locator("[data-evidence] h2")).to_be_visible()


def test_a_line_is_excluded_with_a_reason(queue: Page, made: NewBook):
    line = queue.locator("[data-line].is-focused").get_attribute("data-line")

    queue.get_by_label("Why the chosen lines are excluded").fill("private")
    queue.keyboard.press("Enter")

    expect_message(queue, "1 excluded.")
    assert Classification.objects.get(line_id=line).note == "private"


def test_a_split_takes_shares_and_parts_that_are_added(queue: Page, made: NewBook):
    go_to(queue, "Check")
    line_id = queue.locator("[data-line].is-focused").get_attribute("data-line")
    queue.keyboard.press("s")
    split = queue.locator("[data-evidence] form[data-split-total]")

    split.get_by_role("button", name="Another part").press("Enter")
    expect(split.get_by_label("Amount of part 5")).to_be_focused()
    split.get_by_label("Amount of part 1").fill("66.6667%")
    split.get_by_label("Account of part 1").select_option(str(made.account(_OFFICE).pk))
    split.get_by_label("Account of part 5").select_option(str(made.account(_SUPPLIES).pk))
    split.get_by_label("Amount of part 5").fill("33.3333%")
    expect(split.locator("[data-split-left]")).to_have_text("0.00")
    split.get_by_label("Amount of part 5").fill("=-(1 + 0.005) * 2")  # -2.01 of what the third leaves
    rest = Decimal(split.locator("[data-split-left]").inner_text().replace(",", ""))
    split.get_by_label("Amount of part 5").fill("=-(2.01)")
    expect(split.locator("[data-split-left]")).to_have_text(f"{rest:,.2f}")
    split.get_by_label("Amount of part 5").fill("33.3333%")
    queue.keyboard.press("Enter")

    expect_message(queue, "Accepted as 2 parts.")
    whole = Classification.objects.get(line_id=line_id)
    assert sum(part.amount for part in whole.splits.all()) == whole.line.amount
    assert [part.account.code for part in whole.splits.order_by("no")] == [_OFFICE, _SUPPLIES]


def test_the_fourth_alternative_a_tax_line_the_line_above_a_receipt_and_back_to_review(
    queue: Page, made: NewBook
):
    """The keys 4, x, +, m, and u on another tab than the first."""
    used = ("6040", "6050", "6060", "6090")
    Account.objects.filter(book=made.book, code=_OFFICE).update(tax_line="schedule-c:18")
    lines = Classification.objects.filter(book=made.book)
    payee = lines.filter(line__description__startswith="SHELL").first()
    assert payee
    others = lines.exclude(line__description__startswith="SHELL").order_by("pk")[:4]
    for other, code in zip(others, used, strict=True):
        decide(
            book=made.book,
            line_id=other.pk,
            account=made.account(code),
            payee=payee.payee,
            user=made.owner,
            now=timezone.now(),
        )
    open_lines = lines.filter(state=State.OPEN).order_by("pk")
    open_lines.update(account=made.account(_MEALS))
    ids = list(open_lines.values_list("pk", flat=True))
    last = StatementLine.objects.get(pk=ids[-1])
    read_receipt(made.book, "bill.pdf", total=-last.amount, date=last.date, seller="Shell")
    queue.reload()
    pane = queue.locator("[data-evidence]")

    expect(pane.locator("[data-alternative='4']")).to_be_visible()
    queue.keyboard.press("4")
    expect(queue.locator(f"[data-line='{ids[0]}']")).to_have_count(0)
    expect_message(queue, "Always")
    learned = str(made.account(used[3]).pk)  # memory learned it at once
    expect(pane.locator("select[name=account]")).to_have_value(learned)
    queue.keyboard.press("x")
    queue.keyboard.type("office")
    queue.keyboard.press("Enter")
    expect(queue.locator(f"[data-line='{ids[1]}']")).to_have_count(0)
    queue.keyboard.press("+")
    expect_message(queue, "like the line above")
    while queue.locator("[data-line].is-focused").get_attribute("data-line") != str(ids[-1]):
        queue.keyboard.press("j")
    expect(pane.locator("[data-match]")).to_contain_text("bill.pdf")
    queue.keyboard.press("m")
    expect_message(queue, "The receipt is attached.")
    made_of = dict(lines.filter(pk__in=ids[:3]).values_list("pk", "account__code"))
    assert list(made_of.values()) == [used[3]] * 3
    own = list(lines.filter(pk__in=ids).order_by("pk").values_list("tax_line", flat=True))
    assert own[:3] == ["", "schedule-c:18", "schedule-c:18"]
    assert last.receipts.count() == 1

    queue.goto(made.address("review/?tab=reviewed"))
    row = queue.locator("[data-line].is-focused")
    line = row.get_attribute("data-line")
    queue.keyboard.press("u")
    expect_message(queue, "1 back in review.")
    assert Classification.objects.get(pk=line).state == State.OPEN
