"""The pages: start, workspace, what the buttons answer, and who may press them."""

import json
from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification, State
from ledgerflow.ledger.models import Account
from ledgerflow.reconciliation.models import Match, Reconciliation
from ledgerflow.reconciliation.services import finish
from tests.booked import NOW
from tests.made import made_once
from tests.reconciliation.desk import LAST_DAY, Desk
from tests.statements.shapes import take_in

pytestmark = pytest.mark.django_db


@made_once
def desk():
    return Desk()


def _text(answer):
    return " ".join(answer.content.decode().split())


def _open(desk, reconciliation, role=Role.OWNER):
    answer = desk.client(role).get(desk.address(f"reconciliation/{reconciliation.pk}/"))
    assert answer.status_code == 200
    return _text(answer)


def _press(desk, reconciliation, what, facts=None, role=Role.OWNER, **headers):
    address = desk.address(f"reconciliation/{reconciliation.pk}/{what}/")
    return desk.client(role).post(address, facts or {}, headers=headers)


def _said(answer):
    return json.loads(answer["HX-Trigger"])["lf:message"]


def test_the_list_says_through_which_day_each_account_is_reconciled(desk):
    reconciliation = desk.opened()
    client = desk.client(Role.VIEWER)
    before = _text(client.get(desk.address("reconciliation/")))
    finish(reconciliation=reconciliation, user=desk.owner, now=NOW)

    after = _text(client.get(desk.address("reconciliation/")))

    assert "not reconciled yet" in before
    assert "reconciled through" in after
    assert f"/reconciliation/{reconciliation.pk}/" in after


def test_home_counts_the_accounts_whose_next_statement_is_there(desk):
    home = desk.address("")
    client = desk.client()
    before = _text(client.get(home))
    finish(reconciliation=desk.opened(), user=desk.owner, now=NOW)
    reconciled = _text(client.get(home))
    desk.arrive(["-3"], day=20, closing="991")
    after = _text(client.get(home))

    assert "to reconcile" not in before
    assert "to reconcile" not in reconciled
    assert "bank account to reconcile" in after


def test_the_list_asks_as_often_for_many_reconciliations_as_for_few(desk, django_assert_max_num_queries):
    for day in range(5, 25):
        desk.started(as_of=date(2026, 1, day))

    client = desk.client(Role.VIEWER)

    with django_assert_max_num_queries(14):
        page = client.get(desk.address("reconciliation/"))

    assert page.content.decode().count("/reconciliation/") >= 20


def test_it_starts_from_a_statement_that_the_page_was_opened_for(desk):
    client = desk.client()
    address = desk.address(f"reconciliation/start/{desk.bank.pk}/")
    page = _text(client.get(f"{address}?statement={desk.statement.pk}"))
    assert (
        f'<option value="{desk.statement.pk}" selected>2026-01-07: 994.00 USD (january.csv)</option>' in page
    )

    answer = client.post(address, {"statement": desk.statement.pk})

    reconciliation = Reconciliation.objects.get()
    assert answer["Location"] == desk.address(f"reconciliation/{reconciliation.pk}/")
    assert (reconciliation.statement, reconciliation.as_of) == (desk.statement, LAST_DAY)


def test_a_month_without_movements_can_be_chosen_and_what_is_reconciled_cannot(desk):
    quiet = take_in(
        desk.bank,
        complete_from=date(2026, 2, 1),
        complete_to=date(2026, 2, 28),
        opening_balance=Decimal(994),
        closing_balance=Decimal(994),
    ).statement
    finish(reconciliation=desk.opened(), user=desk.owner, now=NOW)
    address = desk.address(f"reconciliation/start/{desk.bank.pk}/")

    page = _text(desk.client().get(address))
    desk.client().post(address, {"statement": quiet.pk})

    assert "2026-02-28: 994.00 USD" in page
    assert "2026-01-07: 994.00 USD" not in page
    assert Reconciliation.objects.get(statement=quiet).as_of == date(2026, 2, 28)


def test_it_starts_from_a_typed_day_and_balance(desk):
    desk.client().post(
        desk.address(f"reconciliation/start/{desk.bank.pk}/"), {"as_of": "2026-01-06", "balance": "997"}
    )

    assert Reconciliation.objects.get().bank_balance == 997


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, "Choose a statement, or type both day and balance."),
        ({"as_of": "2026-01-06"}, "Choose a statement, or type both day and balance."),
        ({"as_of": "2999-01-06", "balance": "1"}, "is not over yet"),
        ({"as_of": "yesterday", "balance": "1"}, "Enter a valid date."),
        ({"as_of": "2026-01-06", "balance": "a lot"}, "Enter a number."),
    ],
)
def test_what_cannot_be_started_is_said(desk, facts, sentence):
    answer = desk.client().post(desk.address(f"reconciliation/start/{desk.bank.pk}/"), facts)

    assert sentence in _text(answer)
    assert not Reconciliation.objects.exists()


def test_a_statement_of_another_account_is_not_taken(desk):
    other = Desk()

    answer = desk.client().post(
        desk.address(f"reconciliation/start/{desk.bank.pk}/"), {"statement": other.statement.pk}
    )

    assert "Select a valid choice" in _text(answer)


def test_the_page_shows_the_difference_and_keeps_finish_for_zero(desk):
    page = _open(desk, desk.opened(balance="981.70"))

    assert "-12.30" in page
    assert 'data-key-help="Finish" disabled>' in page


def test_at_zero_finish_can_be_pressed(desk):
    page = _open(desk, desk.opened())

    assert 'data-key-help="Finish">' in page
    assert "Bank and books agree." in page


def test_a_button_answers_with_the_workspace_as_it_is_then(desk):
    reconciliation = desk.started()
    lacking = 'lack the opening balance of <span class="discreet">1,000.00</span> on 2026-01-04'
    assert lacking in _open(desk, reconciliation)

    answer = _press(desk, reconciliation, "accept", {"suggestion": "opening::"}, **{"HX-Request": "true"})

    assert answer.templates[0].name == "reconciliation/_workspace.html"
    assert _said(answer) == {"text": "Posted the opening balance as entry 4.", "level": "success"}
    assert "Bank and books agree." in _text(answer)


def test_without_a_script_the_button_leads_back_to_the_page(desk):
    reconciliation = desk.started()

    answer = _press(desk, reconciliation, "accept", {"suggestion": "opening::"})

    assert answer["Location"] == desk.address(f"reconciliation/{reconciliation.pk}/")


def test_what_is_refused_is_said_in_place(desk):
    reconciliation = desk.opened(balance="1")

    for what, facts, sentence in (
        ("finish", {}, "finish when the difference is zero"),
        ("accept", {"suggestion": "exact:1:1-1"}, "does not hold any more"),
        ("match", {}, "Choose at least one line"),
        ("match", {"line": "x", "entry_line": "1-1"}, "no lines of the page"),
        ("match", {"line": "1", "entry_line": "one"}, "no lines of the page"),
        ("exclude", {"line": str(desk.line_ids[0]), "reason": "x"}, "in the journal"),
        ("exclude", {"line": "1"}, "Say why"),
        ("reopen", {"reason": ""}, "Say why"),
        ("reopen", {"reason": "x"}, "not finished"),
    ):
        answer = _press(desk, reconciliation, what, facts, **{"HX-Request": "true"})
        assert answer.status_code == 200
        assert sentence in _said(answer)["text"], what
        assert _said(answer)["level"] == "error"


def test_chosen_lines_are_matched_and_taken_apart(desk):
    reconciliation = desk.opened(balance="974")
    number = desk.by_hand("-20", day=5)
    (line,) = desk.arrive(["-20"])

    _press(desk, reconciliation, "match", {"line": line, "entry_line": f"{number}-1"})
    match = Match.objects.get()
    assert f"/match/{match.pk}/" in _open(desk, reconciliation)
    _press(desk, reconciliation, f"match/{match.pk}")

    assert not Match.objects.exists()


def test_the_page_of_a_matched_line_says_so(desk):
    reconciliation = desk.opened(balance="974")
    number = desk.by_hand("-20", day=5)
    (line,) = desk.arrive(["-20"])
    _press(desk, reconciliation, "match", {"line": line, "entry_line": f"{number}-1"})

    page = _text(desk.client(Role.VIEWER).get(desk.address(f"journal/line/{line}/")))

    assert "An entry that came another way stands for it" in page


def test_a_fee_goes_to_the_account_that_is_chosen(desk):
    reconciliation = desk.opened(balance="1091.10")
    desk.by_hand("100")
    desk.arrive(["97.10"])
    charges = Account.objects.get(book=desk.book, code="6020")
    page = _open(desk, reconciliation)
    assert f'<option value="{charges.pk}" selected>6020 Bank charges</option>' in page
    key = page.split('name="suggestion" value="')[1].split('"')[0]

    _press(desk, reconciliation, "accept", {"suggestion": key, "account": charges.pk})

    assert "Bank and books agree." in _open(desk, reconciliation)


def test_a_line_is_excluded_with_its_reason(desk):
    reconciliation = desk.opened(balance="987")
    (line,) = desk.arrive(["-7"])

    _press(desk, reconciliation, "exclude", {"line": line, "reason": "private"})

    assert Classification.objects.get(line_id=line).state == State.EXCLUDED
    assert "excluded: private" in _open(desk, reconciliation)


def test_a_finished_one_shows_its_proof_and_is_reopened_by_those_who_may(desk):
    reconciliation = desk.opened()
    assert (
        _said(_press(desk, reconciliation, "finish", role=Role.BOOKKEEPER, **{"HX-Request": "true"}))["text"]
        == "Reconciled through 2026-01-07."
    )
    page = _open(desk, reconciliation, Role.BOOKKEEPER)
    assert "A reviewer or an owner of the book can reopen it" in page
    assert 'name="suggestion"' not in page

    refused = _press(desk, reconciliation, "reopen", {"reason": "x"}, role=Role.BOOKKEEPER)
    _press(desk, reconciliation, "reopen", {"reason": "The bank sent a correction."}, role=Role.REVIEWER)

    assert refused.status_code == 403
    assert "The bank sent a correction." in _open(desk, reconciliation)


def test_a_viewer_sees_it_all_and_changes_nothing(desk):
    reconciliation = desk.started()

    page = _open(desk, reconciliation, Role.VIEWER)

    assert "lack the opening balance" in page
    assert 'hx-post="' not in page


def test_what_was_begun_is_given_up(desk):
    answer = _press(desk, desk.started(), "discard")

    assert answer["Location"] == desk.address("reconciliation/")
    assert not Reconciliation.objects.exists()


def test_what_was_finished_is_not_given_up(desk):
    reconciliation = desk.opened()
    finish(reconciliation=reconciliation, user=desk.owner, now=NOW)

    _press(desk, reconciliation, "discard")

    assert Reconciliation.objects.exists()


def test_the_workspace_asks_as_often_for_many_lines_as_for_few(desk, django_assert_max_num_queries):
    reconciliation = desk.opened(balance="1")
    for day in range(5, 8):
        for amount in ("-20", "-3.5", "100"):
            desk.by_hand(amount, day=day)
    desk.arrive(["-20", "-3.5", "97"], day=5)
    for line, number in zip(
        desk.arrive(["-50"] * 3, day=5), [desk.by_hand("-50") for _ in range(3)], strict=True
    ):
        _press(desk, reconciliation, "match", {"line": line, "entry_line": f"{number}-1"})
    client = desk.client()

    with django_assert_max_num_queries(34):
        page = client.get(desk.address(f"reconciliation/{reconciliation.pk}/"))

    assert page.status_code == 200
    assert Decimal(page.context["work"].figures.difference)
