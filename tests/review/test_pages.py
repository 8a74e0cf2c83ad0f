"""What each key of the review queue does, as a page and for its script."""

import html
import re
from decimal import Decimal

import pytest

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification, ClassificationSplit, Rule, State
from ledgerflow.classification.services import classify_lines
from ledgerflow.ledger.models import Account, JournalEntry
from ledgerflow.statements.models import StatementLine
from tests.booked import BookedFile
from tests.made import made_once
from tests.review.asking import ask, decide

pytestmark = pytest.mark.django_db


@made_once
def file():
    return BookedFile(3, is_posted=False)


def _states(file):
    return list(
        Classification.objects.filter(book=file.book).order_by("line_id").values_list("state", flat=True)
    )


def test_the_queue_lists_lines_and_shows_the_evidence_for_one(file):
    client = file.client(Role.VIEWER)

    queue = client.get(file.address("review/")).content.decode()
    evidence = client.get(file.address(f"review/line/{file.line_ids[1]}/evidence/")).content.decode()

    assert all(f"Shop {number}" in queue for number in (1, 2, 3))
    assert "Shop 2" in evidence
    assert "january.csv" in evidence


@pytest.mark.parametrize(
    "query", ["?tab=nonsense", "?after=x", "?after=99999999999999999999", "?tab=reviewed"]
)
def test_an_address_that_is_made_up_shows_a_queue(file, query):
    assert file.client().get(file.address(f"review/{query}")).status_code == 200


def test_a_decision_accepts_names_the_payee_and_offers_a_rule(file):
    answer = decide(file, file.line_ids[0], payee="Corner shop", note="paper")

    assert answer["message"].startswith("Accepted as")
    assert answer["gone"]
    assert "Always" in answer["offer"]
    made = Classification.objects.get(line_id=file.line_ids[0])
    assert (made.state, made.account, made.payee.name, made.note) == (
        State.ACCEPTED, file.expense, "Corner shop", "paper",
    )  # fmt: skip


def test_a_note_alone_accepts_nothing(file):
    answer = decide(file, file.line_ids[0], account="", note="ask Kim")

    assert answer["message"] == "Noted."
    assert Classification.objects.get(line_id=file.line_ids[0]).note == "ask Kim"
    assert _states(file) == [State.OPEN] * 3


def test_lines_without_a_suggestion_are_not_accepted_and_say_why(file):
    answer = ask(file.client(), file.address("review/accept/"), {"lines": file.line_ids})

    assert answer["message"] == "0 accepted, 3 not."
    assert set(answer["refused"]) == set(map(str, file.line_ids))
    assert _states(file) == [State.OPEN] * 3


def test_lines_are_excluded_reopened_and_undone(file):
    client, line = file.client(), {"lines": file.line_ids[:1]}

    excluded = ask(client, file.address("review/exclude/"), {**line, "reason": "private"})
    out = _states(file)
    ask(client, file.address("review/reopen/"), line)
    back = _states(file)
    ask(client, file.address("review/exclude/"), {**line, "reason": "private"})
    undone = ask(client, file.address("review/undo/"))

    assert excluded["message"] == "1 excluded."
    assert out == [State.EXCLUDED, State.OPEN, State.OPEN]
    assert back == _states(file) == [State.OPEN] * 3
    assert undone["message"].startswith("Undone")


def test_nothing_to_undo_is_said(file):
    assert "error" in ask(file.client(), file.address("review/undo/"))


@pytest.mark.parametrize("lines", [[], ["x"], ["9" * 30]])
def test_lines_that_are_none_are_refused(file, lines):
    assert "error" in ask(file.client(), file.address("review/accept/"), {"lines": lines})


def test_a_part_is_worked_out_by_a_formula(file):
    other = Account.objects.filter(book=file.book, type="expense").order_by("code")[1]

    refused = _split(file, ("=-3/0", file.expense), ("-2", other))
    answer = _split(file, ("=-3*0.333", file.expense), ("= -3 + 1.0", other))

    assert refused["error"] == "“=-3/0” is no formula: it divides by zero."
    assert answer["message"] == "Accepted as 2 parts."
    parts = ClassificationSplit.objects.filter(classification=file.line_ids[2]).order_by("no")
    assert [part.amount for part in parts] == [Decimal("-1.00"), Decimal("-2.00")]


def _split(file, *parts):
    sent = {"split-TOTAL_FORMS": len(parts), "split-INITIAL_FORMS": 0}
    for at, (amount, account) in enumerate(parts):
        sent |= {f"split-{at}-amount": amount, f"split-{at}-account": account.pk if account else ""}
    return ask(file.client(), file.address(f"review/line/{file.line_ids[2]}/split/"), sent)


def test_a_line_is_split_over_accounts(file):
    other = file.bank.ledger_account.__class__.objects.filter(book=file.book, type="expense").last()

    answer = _split(file, ("-1", file.expense), ("-2", other), ("", None))

    assert answer["message"] == "Accepted as 2 parts."
    assert ClassificationSplit.objects.filter(book=file.book).count() == 2


def test_shares_are_worked_out_and_the_last_takes_what_rounding_leaves(file):
    other = Account.objects.filter(book=file.book, type="expense").last()

    _split(file, ("12.5%", file.expense), ("87.5 %", other))

    parts = ClassificationSplit.objects.filter(book=file.book).order_by("no")
    assert [part.amount for part in parts] == [Decimal("-0.38"), Decimal("-2.62")]  # of -3.00


def test_a_share_stands_beside_amounts(file):
    other = Account.objects.filter(book=file.book, type="expense").last()

    answer = _split(file, ("25%", file.expense), ("-2.25", other))

    assert answer["message"] == "Accepted as 2 parts."
    parts = ClassificationSplit.objects.filter(book=file.book).order_by("no")
    assert [part.amount for part in parts] == [Decimal("-0.75"), Decimal("-2.25")]


@pytest.mark.parametrize("share", ["0%", "101%", "-5%", "%", "NaN%", "x%", "1e-9%", "33.33333%"])
def test_what_is_no_share_is_refused(file, share):
    assert "is no share" in _split(file, (share, file.expense), ("-2", file.expense))["error"]
    assert not ClassificationSplit.objects.filter(book=file.book).exists()


def test_a_memo_stays_with_its_part(file):
    sent = {"split-TOTAL_FORMS": 2, "split-INITIAL_FORMS": 0}
    for at, (amount, memo) in enumerate((("-1", "for the van"), ("-2", ""))):
        sent |= {
            f"split-{at}-amount": amount,
            f"split-{at}-account": file.expense.pk,
            f"split-{at}-memo": memo,
        }
    ask(file.client(), file.address(f"review/line/{file.line_ids[2]}/split/"), sent)

    memos = ClassificationSplit.objects.filter(book=file.book).order_by("no").values_list("memo", flat=True)
    assert list(memos) == ["for the van", ""]


def test_parts_that_do_not_add_up_or_lack_an_account_are_refused(file):
    assert "error" in _split(file, ("-1", file.expense), ("-1", file.expense))
    assert "needs an amount and an account" in _split(file, ("-1", file.expense), ("-2", None))["error"]
    assert not ClassificationSplit.objects.filter(book=file.book).exists()


def test_a_decision_becomes_a_rule_that_suggests_for_the_others(file):
    decide(file, file.line_ids[0], payee="Shop")

    answer = ask(
        file.client(),
        file.address(f"review/line/{file.line_ids[0]}/rule/"),
        {"mode": "suggest", "apply_to_open": "on"},
    )

    later = ask(file.client(), file.address(f"review/line/{file.line_ids[0]}/rule/"), {"mode": "suggest"})
    assert answer["message"].startswith("Rule made; 0 open lines")
    assert (
        later["message"] == "Rule made; it takes lines that come from now on, and leaves those that are here."
    )
    assert Rule.objects.filter(book=file.book, account=file.expense).count() == 2


def test_accepted_lines_are_posted_and_the_counts_follow(file):
    client = file.client(Role.BOOKKEEPER)
    decide(file, file.line_ids[0])
    assert ask(client, file.address("review/post/"))["message"] == "1 entry posted."
    for line in file.line_ids[1:]:
        decide(file, line)

    answer = ask(client, file.address("review/post/"))

    assert answer["message"] == "2 entries posted."
    assert answer["counts"]["reviewed"] == 0
    assert JournalEntry.objects.filter(book=file.book).count() == 3


def test_without_its_script_the_page_says_what_was_done(file):
    client = file.client()

    done = client.post(
        file.address("review/exclude/"), {"lines": file.line_ids[0], "reason": "private"}, follow=True
    )
    refused = client.post(file.address("review/accept/"), {"lines": file.line_ids}, follow=True)
    nothing = client.post(file.address("review/accept/"), follow=True)

    assert "1 excluded." in done.content.decode()
    assert "0 accepted, 3 not." in refused.content.decode()
    assert "Choose at least one line." in nothing.content.decode()


def test_what_is_sure_is_accepted_and_nothing_below(file):
    file.client().post(
        file.address("rules/new/"),
        {"text": "shop 1", "direction": "any", "account": file.expense.pk, "mode": "suggest"},
    )

    answer = ask(file.client(), file.address("review/accept-sure/"))

    assert answer["message"] == "1 accepted."
    assert _states(file) == [State.ACCEPTED, State.OPEN, State.OPEN]


def test_a_line_of_another_book_is_not_there(file):
    other = BookedFile(1, is_posted=False)

    evidence = file.client().get(file.address(f"review/line/{other.line_ids[0]}/evidence/"))
    decided = decide(file, other.line_ids[0])
    accepted = ask(file.client(), file.address("review/exclude/"), {"lines": other.line_ids, "reason": "x"})

    assert evidence.status_code == 404
    assert "error" in decided
    assert accepted["message"].startswith("0 ")
    assert _states(other) == [State.OPEN]


def test_the_queue_keeps_to_the_days_of_its_address(file):
    """The lines are of 5, 6 and 7 January; the tabs count, and an answer says, what is of the days."""
    client = file.client(Role.BOOKKEEPER)
    address = file.address("review/?from=2026-01-06&to=2026-01-06")

    page = client.get(address)

    text = page.content.decode()
    assert [f'title="Shop {number}"' in text for number in (1, 2, 3)] == [False, True, False]
    assert page.context["to_review"] == 1
    assert "?tab=reviewed&amp;from=2026-01-06&amp;to=2026-01-06" in text
    assert "Show all lines" in text
    assert "Accept all that are sure" not in text
    decided = ask(
        client,
        file.address(f"review/line/{file.line_ids[1]}/decide/?from=2026-01-06&to=2026-01-06"),
        {"account": file.expense.pk},
    )
    assert (decided["counts"]["to-review"], decided["counts"]["reviewed"]) == (0, 1)
    assert ask(client, file.address("review/undo/"))["counts"]["to-review"] == 3


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("from=2026-01-06", [False, True, True]),
        ("to=2026-01-06", [True, True, False]),
        ("from=2026-01-08&to=2026-01-06", [True, True, True]),
        ("from=x&to=2026-01-06", [True, True, True]),
    ],
)
def test_days_may_be_open_at_one_end_and_what_are_no_days_are_all(file, query, shown):
    text = file.client().get(file.address(f"review/?{query}")).content.decode()

    assert [f'title="Shop {number}"' in text for number in (1, 2, 3)] == shown


def _offer(file, line):
    return decide(file, line).get("offer", "")


def test_the_offer_shows_its_lines_old_and_new(file):
    StatementLine.objects.filter(book=file.book).update(description="CORNER SHOP")
    Classification.objects.filter(book=file.book).delete()
    classify_lines(book=file.book, line_ids=file.line_ids)

    offer = _offer(file, file.line_ids[0])

    assert "2 more open lines match" in offer
    assert offer.count("<tr>") == 3  # the head, and two lines
    assert "text=corner" in offer


def test_agreeing_offers_no_rule(file):
    decide(file, file.line_ids[0])

    answer = decide(file, file.line_ids[0])

    assert answer["message"].startswith("Accepted as")
    assert (answer["gone"], "offer" in answer) == (True, False)


def test_saving_a_note_or_a_name_accepts_nothing_whatever_is_proposed(file):
    proposed = Classification.objects.filter(line_id=file.line_ids[0])
    proposed.update(account=file.expense)

    answer = decide(file, file.line_ids[0], payee="Corner shop", note="ask Kim", act="note")

    assert answer["message"] == "Noted."
    made = proposed.get()
    assert (made.state, made.note, made.payee.name, made.decided_by) == (
        State.OPEN, "ask Kim", "Corner shop", None,
    )  # fmt: skip


def test_saving_a_note_keeps_the_account_that_was_chosen_with_it(file):
    answer = decide(file, file.line_ids[0], note="ask Kim", act="note")

    assert answer["message"].startswith("Accepted as")
    assert _states(file)[0] == State.ACCEPTED


def test_an_offer_that_is_edited_first_keeps_payee_and_place_and_can_be_undone(file):
    client = file.client(Role.BOOKKEEPER)
    client.post(
        file.address("rules/new/"),
        {"text": "shop", "direction": "any", "account": file.expense.pk, "mode": "suggest"},
    )
    other = Account.objects.filter(book=file.book, type="expense").order_by("-code").first()
    offer = decide(file, file.line_ids[0], account=other.pk, payee="Corner shop")["offer"]
    (address,) = re.findall(r'href="([^"]+rules/new/[^"]+)"', offer)
    form = client.get(html.unescape(address)).context["form"]

    client.post(
        file.address("rules/new/"),
        {name: form[name].value() or "" for name in ("text", "direction", "account", "payee", "first")}
        | {"mode": "suggest"},
    )

    made = Rule.objects.get(book=file.book, account=other)
    assert made.payee.name == "Corner shop"
    assert Rule.objects.filter(book=file.book).first() == made
    assert ask(client, file.address("review/undo/"))["message"].startswith("Undone: rule made")
    made.refresh_from_db()
    assert not made.is_active


def test_a_rule_is_begun_with_what_a_line_of_this_book_says(file):
    client, line = file.client(Role.BOOKKEEPER), file.line_ids[0]
    decide(file, line, payee="Corner shop")
    other = BookedFile(1, is_posted=False)

    form = client.get(file.address(f"rules/new/?line={line}&direction=any")).context["form"]

    assert (form["text"].value(), form["direction"].value()) == ("shop 1", "any")
    assert (form["account"].value(), str(form["payee"].value())) == (file.expense.pk, "Corner shop")
    for made_up in (other.line_ids[0], "x", "9" * 30, "²"):
        form = client.get(file.address("rules/new/"), {"line": made_up}).context["form"]
        assert not form["text"].value()


def test_excluding_what_a_rule_accepted_says_that_it_only_suggests_from_now_on(file):
    client = file.client(Role.BOOKKEEPER)
    client.post(
        file.address("rules/new/"),
        {"text": "shop", "direction": "any", "account": file.expense.pk, "mode": "accept"},
    )

    answer = ask(client, file.address("review/exclude/"), {"lines": file.line_ids[:2]})

    assert answer["message"] == (
        "2 excluded. The rule “shop” was corrected 2 times and only suggests from now on."
    )


def test_three_times_no_stops_the_offer(file):
    StatementLine.objects.filter(book=file.book).update(description="CORNER SHOP")
    Classification.objects.filter(book=file.book).delete()
    classify_lines(book=file.book, line_ids=file.line_ids)
    line = file.line_ids[0]
    client = file.client(Role.BOOKKEEPER)

    other = Account.objects.filter(book=file.book, type="expense").order_by("-code").first()
    for account in (file.expense, other, file.expense):
        assert "Always book" in decide(file, line, account=account.pk)["offer"]
        ask(client, file.address(f"review/line/{line}/no-rule/"))

    assert "offer" not in decide(file, line, account=other.pk)


def test_undo_switches_a_rule_off_that_was_made_from_an_offer(file):
    StatementLine.objects.filter(book=file.book).update(description="CORNER SHOP")
    Classification.objects.filter(book=file.book).delete()
    classify_lines(book=file.book, line_ids=file.line_ids)
    client = file.client(Role.BOOKKEEPER)
    line = file.line_ids[0]
    ask(client, file.address(f"review/line/{line}/decide/"), {"account": file.expense.pk})
    ask(client, file.address(f"review/line/{line}/rule/"), {"mode": "suggest", "apply_to_open": "on"})
    by_rule = Classification.objects.filter(book=file.book, rule__isnull=False, state=State.OPEN)
    assert by_rule.count() == 2

    answer = ask(client, file.address("review/undo/"))

    assert answer["message"] == "Undone: rule made, 2 lines."
    assert not Rule.objects.get(book=file.book).is_active
    assert not by_rule.exists()
    assert ask(client, file.address("review/undo/"))["message"] == "Undone: decided, 1 line."


def test_a_decision_about_a_line_without_text_stands_and_offers_no_rule(file):
    StatementLine.objects.filter(pk=file.line_ids[0]).update(description="", counterparty=None)

    answer = decide(file, file.line_ids[0])

    assert answer["message"].startswith("Accepted as")
    assert "offer" not in answer
    assert _states(file)[0] == State.ACCEPTED


def test_undo_says_which_lines_stay_and_why(file):
    client = file.client(Role.BOOKKEEPER)
    for line in file.line_ids[:2]:
        decide(file, line)
    for act in ("reopen", "accept"):
        ask(client, file.address(f"review/{act}/"), {"lines": file.line_ids[:2]})
    other = {"lines": file.line_ids[:1], "reason": "private"}
    ask(file.client(Role.OWNER), file.address("review/exclude/"), other)

    page = client.post(file.address("review/undo/"), follow=True).content.decode()

    assert "Undone: accepted, 1 line. 1 stay as they are. It was changed again since." in page


def test_a_rule_that_is_corrected_twice_says_so_at_once(file):
    file.client().post(
        file.address("rules/new/"),
        {"text": "shop", "direction": "any", "account": file.expense.pk, "mode": "accept"},
    )
    other = Account.objects.filter(book=file.book, type="expense").order_by("-code").first()

    first = decide(file, file.line_ids[0], account=other.pk)
    second = decide(file, file.line_ids[1], account=other.pk)

    assert "corrected" not in first["message"]
    assert "The rule “shop” was corrected 2 times and only suggests from now on." in second["message"]
