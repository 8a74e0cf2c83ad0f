"""What a line's payee is called by a person, and what follows for the others."""

import pytest
from django.utils import timezone

from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import RuleConditions, classify_lines, create_rule
from ledgerflow.payees.services import name_payee
from ledgerflow.statements.models import StatementLine
from tests.booked import BookedFile
from tests.factories import BookFactory
from tests.review.asking import ask, decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def file():
    return BookedFile(3, is_posted=False)


def test_a_name_is_offered_to_the_others_and_undone(file):
    StatementLine.objects.filter(book=file.book).update(description="CORNER SHOP")
    Classification.objects.filter(book=file.book).delete()
    classify_lines(book=file.book, line_ids=file.line_ids)
    first, second, third = file.line_ids
    decide(file, second)
    names = Classification.objects.filter(book=file.book).order_by("line_id")
    former = Classification.objects.get(pk=first).payee

    named = decide(file, first, account="", payee="Kiosk")
    at_once = list(names.values_list("payee__name", flat=True))
    applied = ask(file.client(), file.address(f"review/line/{first}/name-others/"), {"payee": former.pk})

    assert at_once == ["Kiosk", "Corner Shop", "Kiosk"]
    assert "Apply to the 1 other<" in named["offer"]
    assert (named["message"], "reload" in named) == ("Noted.", False)
    assert applied["message"] == "1 other line is called Kiosk now."
    assert set(names.values_list("payee__name", flat=True)) == {"Kiosk"}
    assert ask(file.client(), file.address("review/undo/"))["message"].startswith("Undone: payee changed")
    assert list(names.values_list("payee__name", flat=True)) == at_once
    own = Classification.objects.get(pk=first).payee
    already = ask(file.client(), file.address(f"review/line/{first}/name-others/"), {"payee": own.pk})
    assert already["message"] == "They are called Kiosk already."
    assert "offer" not in decide(file, third, account="", payee="Kiosk")
    stranger = name_payee(book=BookFactory(), name="Theirs")
    assert "error" in ask(
        file.client(), file.address(f"review/line/{first}/name-others/"), {"payee": stranger.pk}
    )


def test_a_name_that_a_rule_does_not_take_is_told(file):
    rule_for = name_payee(book=file.book, name="Grocer")
    create_rule(
        book=file.book,
        conditions=RuleConditions(text="COFFEE"),
        account=file.expense,
        payee=rule_for,
        user=file.owner,
        now=timezone.now(),
    )
    line = file.line_ids[0]
    StatementLine.objects.filter(pk=line).update(description="COFFEE CORNER")
    classify_lines(book=file.book, line_ids=[line])

    said = decide(file, line, account="", payee="Kiosk")["message"]

    assert said.startswith("A rule names Grocer as the payee, so the line keeps it.")
    assert Classification.objects.get(pk=line).payee == rule_for


def test_what_is_offered_with_a_decision_says_what_it_is(file):
    StatementLine.objects.filter(book=file.book).update(description="CORNER SHOP")
    Classification.objects.filter(book=file.book).delete()
    classify_lines(book=file.book, line_ids=file.line_ids)
    first, _, third = file.line_ids
    decide(file, third)
    Classification.objects.filter(pk=first).update(account=file.expense)

    said = decide(file, first, payee="Kiosk")

    assert said["offer_name"] == "Others…"
    assert "Call the other lines of this payee Kiosk, too?" in said["offered"]
    assert "Apply to the 1 other<" in said["offer"]
