"""What the record holds of a prediction is what the person finally decided about its line, whatever came in between."""

from decimal import Decimal

import pytest

from ledgerflow.classification.models import Classification, Prediction
from ledgerflow.classification.services import (
    SplitPart,
    accept,
    accept_confident,
    classify_lines,
    decide,
    exclude,
    match_lines,
    reopen,
    undo,
    unmatch_lines,
)
from ledgerflow.payees.services import name_payee
from ledgerflow.posting.services import confirm_transfer, post_lines, reverse_entry, reverse_lines
from tests.classification.rows import NOW, Shop
from tests.factories import BankAccountFactory

pytestmark = pytest.mark.django_db

RIGHT, WRONG, OPEN = (True, "fuel"), (False, "food"), (None, None)
ELSEWHERE = (False, None)


class Line:
    """A line that was predicted to be fuel, and what people can do to it, by one name each."""

    def __init__(self) -> None:
        self.shop = Shop()
        first = self.shop.line("SHELL OIL")
        classify_lines(book=self.shop.book, line_ids=[first.pk])
        decide(line_id=first.pk, account=self.shop.fuel, **self.by())
        self.line = self.shop.line("SHELL OIL")
        classify_lines(book=self.shop.book, line_ids=[self.line.pk])
        # As sure as a long record makes it.
        Classification.objects.filter(pk=self.line.pk).update(confidence=1)

    def by(self):
        return {"book": self.shop.book, "user": self.shop.user, "now": NOW}

    def these(self):
        return {"line_ids": [self.line.pk], **self.by()}

    def accept(self):
        accept(**self.these())

    def accept_all_sure(self):
        assert accept_confident(**self.by()).count == 1

    def correct(self):
        decide(line_id=self.line.pk, account=self.shop.food, **self.by())

    def split(self):
        parts = [SplitPart(self.shop.fuel, Decimal(-30)), SplitPart(self.shop.food, Decimal(-10))]
        decide(line_id=self.line.pk, splits=parts, **self.by())

    def note(self):
        decide(line_id=self.line.pk, note="ask Kim", **self.by())

    def name(self):
        payee = name_payee(book=self.shop.book, name="Shell station")
        decide(line_id=self.line.pk, payee=payee, **self.by())

    def exclude(self):
        exclude(reason="private", **self.these())

    def send_back(self):
        reopen(**self.these())

    def match(self):
        match_lines(**self.these())

    def take_apart(self):
        unmatch_lines(**self.these())

    def undo(self):
        undo(**self.by())

    def post(self):
        post_lines(book=self.shop.book, line_ids=[self.line.pk], posted_by=self.shop.user, posted_at=NOW)

    def reverse(self):
        number = Classification.objects.get(pk=self.line.pk).entry_number
        reverse_entry(number=number, date=self.line.date, reason="wrong", **self.by())

    def undo_import(self):
        reverse_lines(reason="undone", **self.these())

    def transfer(self):
        savings = BankAccountFactory(book=self.shop.book)
        other = self.shop.line("TO SAVINGS", "40.00", bank_account=savings)
        classify_lines(book=self.shop.book, line_ids=[other.pk])
        confirm_transfer(book=self.shop.book, line_ids=[self.line.pk, other.pk], user=self.shop.user, now=NOW)

    def outcome(self):
        said = Prediction.objects.get(line=self.line, replaced_at=None)
        names = {self.shop.fuel.pk: "fuel", self.shop.food.pk: "food"}
        assert (said.is_right is None) == (said.decided_at is None)
        return said.is_right, names.get(said.decided_account_id)


@pytest.mark.parametrize(
    ("acts", "outcome"),
    [
        ("accept", RIGHT),
        ("correct", WRONG),
        ("split", ELSEWHERE),
        ("exclude", ELSEWHERE),
        ("match", ELSEWHERE),
        ("transfer", ELSEWHERE),
        ("note", OPEN),
        ("accept correct", WRONG),
        ("correct note", WRONG),
        ("accept post", RIGHT),
        # Nobody looked at it.
        ("accept_all_sure", OPEN),
        ("accept_all_sure accept", OPEN),
        ("accept_all_sure note", OPEN),
        ("accept_all_sure name", OPEN),
        ("accept_all_sure post", OPEN),
        ("accept_all_sure post exclude", OPEN),
        ("accept_all_sure post send_back", OPEN),
        ("accept_all_sure take_apart", OPEN),
        ("accept_all_sure correct", WRONG),
        # Taken back: what the person thinks is no longer said.
        ("accept send_back", OPEN),
        ("match take_apart", OPEN),
        ("accept post reverse", OPEN),
        ("accept post undo_import", OPEN),
        ("transfer reverse", OPEN),
        ("accept send_back accept", RIGHT),
        ("accept post reverse correct", WRONG),
        # Undone: as it was before.
        ("accept undo", OPEN),
        ("correct undo", OPEN),
        ("split undo", OPEN),
        ("exclude undo", OPEN),
        ("accept exclude undo", RIGHT),
        ("accept correct undo", RIGHT),
        ("accept send_back undo", RIGHT),
        ("accept note undo", RIGHT),
        ("accept_all_sure exclude undo", OPEN),
        ("accept_all_sure correct undo", OPEN),
        ("accept_all_sure send_back undo", OPEN),
        ("accept_all_sure note undo", OPEN),
    ],
)
def test_the_outcome_is_what_was_finally_decided(acts, outcome):
    line = Line()

    for act in acts.split():
        getattr(line, act)()

    assert line.outcome() == outcome
    line.take_apart()  # PostgreSQL asks for the match of a matched line
