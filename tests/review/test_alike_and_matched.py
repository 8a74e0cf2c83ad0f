"""A tax line of the line's own, a line booked as the one above it, and a receipt that is matched in the queue."""

from decimal import Decimal

import pytest

from ledgerflow.books.models import Role
from ledgerflow.classification.errors import WrongAccountError
from ledgerflow.classification.models import Classification, Stage, State
from ledgerflow.classification.services import (
    SplitPart,
    decide,
    decide_alike,
    switch_stage_off,
    switch_stage_on,
)
from ledgerflow.ledger.models import Account
from ledgerflow.statements.models import StatementLine
from tests.booked import NOW, BookedFile
from tests.made import made_once
from tests.posting.pairs import Two
from tests.posting.read_receipts import read_receipt
from tests.review.asking import ask
from tests.review.asking import decide as decide_on_page

pytestmark = pytest.mark.django_db


@made_once
def file():
    return BookedFile(3, is_posted=False)


def test_a_line_gets_a_tax_line_of_its_own_and_the_next_is_booked_like_it(file):
    first, second, third = file.line_ids
    evidence = file.client().get(file.address(f"review/line/{first}/evidence/")).content.decode()
    assert "tax_line" not in evidence  # the chart has none
    file.expense.tax_line = "schedule-c:8"
    file.expense.save()
    other = Account.objects.filter(book=file.book, type="expense").exclude(pk=file.expense.pk).first()
    other.tax_line = "schedule-c:18"
    other.save()

    evidence = file.client().get(file.address(f"review/line/{first}/evidence/")).content.decode()
    assert '<option value="schedule-c:18">18 Office expense</option>' in evidence
    decide_on_page(file, first, tax_line="schedule-c:18")
    decide_on_page(file, third)
    saved = decide_on_page(file, third, tax_line="schedule-c:18", act="note")
    copied = ask(file.client(), file.address(f"review/line/{second}/alike/"), {"like": first})
    strange = ask(file.client(), file.address(f"review/line/{second}/alike/"), {"like": "9" * 18})

    assert saved["message"].startswith("Accepted as")  # another tax line was chosen, not only a note
    assert copied["message"] == f"Accepted as {file.expense}, like the line above."
    assert strange["error"] == "This book has no such line."
    made = Classification.objects.filter(book=file.book).values_list("account", "tax_line", "state")
    assert set(made) == {(file.expense.pk, "schedule-c:18", State.ACCEPTED)}
    shown = file.client().get(file.address("review/?tab=reviewed")).content.decode()
    assert shown.count("tax line 18 Office expense") == 3
    assert (
        shown.count('<meter min="0" max="1" value="1.000"') == shown.count('class="badge">person</span>') == 3
    )


@pytest.mark.parametrize("is_split", [True, False])
def test_a_line_is_not_booked_like_one_that_is_split_or_has_no_account(file, is_split):
    if is_split:
        other = Account.objects.filter(book=file.book, type="expense").exclude(pk=file.expense.pk).first()
        parts = [SplitPart(file.expense, Decimal("-0.4")), SplitPart(other, Decimal("-0.6"))]
        decide(book=file.book, line_id=file.line_ids[0], splits=parts, user=file.owner, now=NOW)

    answer = ask(
        file.client(), file.address(f"review/line/{file.line_ids[1]}/alike/"), {"like": file.line_ids[0]}
    )

    assert answer["error"] == (
        "The line above is split; split this one by itself."
        if is_split
        else "The line above has no account yet."
    )


def test_a_line_is_not_booked_like_one_that_is_kept_out_or_matched(file):
    first, second, _ = file.line_ids
    Classification.objects.filter(line_id=first).update(account=file.expense)
    address = file.address(f"review/line/{second}/alike/")
    ask(file.client(), file.address("review/exclude/"), {"lines": first})

    kept_out = ask(file.client(), address, {"like": first})
    Classification.objects.filter(line_id=first).update(state=State.MATCHED)
    matched = ask(file.client(), address, {"like": first})
    Classification.objects.filter(line_id=first).update(state=State.OPEN)

    assert kept_out["error"] == "The line above is excluded from the books; book this one by itself."
    assert matched["error"] == "The line above is matched with an entry; book this one by itself."
    assert Classification.objects.get(line_id=second).state == State.OPEN


@pytest.mark.parametrize("days", [0, 2])
def test_a_line_is_not_booked_like_a_side_of_a_transfer(days):
    shop = Two()
    sent, received = shop.pair(days=days)
    shop.confirm_pair(sent, received)
    line = shop.move(9, "-12.00")

    for above in (sent, received):
        with pytest.raises(WrongAccountError, match="above is a transfer"):
            decide_alike(book=shop.book, line_id=line.pk, like=above.pk, user=shop.user, now=NOW)

    assert shop.state(line) == State.OPEN


def test_a_receipt_that_may_be_the_lines_is_matched(file):
    line = StatementLine.objects.get(pk=file.line_ids[0])
    fitting = read_receipt(file.book, "fits.pdf", total=Decimal(1), date=line.date, seller="Shop 1")
    read_receipt(file.book, "other.pdf", total=Decimal(70), date=line.date, seller="Shop 1")
    address = file.address(f"review/line/{line.pk}/")

    switch_stage_off(book=file.book, stage=Stage.RECEIPTS, user=file.owner, now=NOW)
    while_off = file.client().get(f"{address}evidence/").content.decode()
    switch_stage_on(book=file.book, stage=Stage.RECEIPTS, user=file.owner, now=NOW)
    before = file.client().get(f"{address}evidence/").content.decode()
    answer = ask(file.client(Role.BOOKKEEPER), f"{address}match/", {"receipt": fitting.pk})
    refused = ask(file.client(Role.BOOKKEEPER), f"{address}match/", {"receipt": 9**15})

    after = file.client().get(f"{address}evidence/").content.decode()
    assert "fits.pdf" not in while_off
    assert "fits.pdf" in before
    assert "amount: the same, days: the same day, name: the same" in before
    assert "other.pdf" not in before
    assert answer["message"] == "The receipt is attached."
    assert "error" in refused
    assert "data-match" not in after
    assert "fits.pdf" in after
