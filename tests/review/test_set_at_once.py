"""Tax line and business share set for many lines at once, as decisions that are undone and posted as any."""

from decimal import Decimal

import pytest

from ledgerflow.classification.errors import (
    BusinessUseError,
    ClassificationError,
    OwnTaxLineError,
    WrongAccountError,
)
from ledgerflow.classification.models import Classification, Prediction, Rule, RuleCorrection, State
from ledgerflow.classification.services import (
    Booking,
    RuleConditions,
    SplitPart,
    accept_unseen,
    book_together,
    classify_lines,
    create_rule,
    decide,
    exclude,
    undo,
)
from ledgerflow.payees.services import name_payee
from ledgerflow.review.services import book_chosen
from ledgerflow.review.which import Matching, Which
from ledgerflow.statements.services import create_bank_account
from tests.booked import NOW
from tests.classification.rows import Shop
from tests.classification.test_promise import classified, on, with_record
from tests.proprietor import Proprietor
from tests.reports.test_own_tax_lines import OF_OFFICE, OF_SALES, OF_TRAVEL, OFFICE, SALES, SUPPLIES, Decided

pytestmark = pytest.mark.django_db


def _set(books: Proprietor, lines, **booking):
    return book_together(
        book=books.book, line_ids=lines, booking=Booking(**booking), user=books.owner, now=NOW
    )


def _own(books):
    made = Classification.objects.filter(book=books.book).order_by("line_id")
    return list(made.values_list("account__code", "tax_line", "business_share"))


def test_a_tax_line_and_a_share_are_set_kept_with_another_account_and_undone():
    books = Decided()

    _set(books, books.lines, tax_line=OF_TRAVEL)
    _set(books, books.lines[:2], business_share=Decimal(40))
    tax_lines_first = _own(books)
    _set(books, books.lines, account=books.account(OFFICE))
    kept = _own(books)
    _set(books, books.lines, tax_line="")
    as_account = _own(books)
    _set(books, books.lines, tax_line=OF_OFFICE)

    assert tax_lines_first == [
        (SUPPLIES, OF_TRAVEL, 40),
        (SUPPLIES, OF_TRAVEL, 40),
        (SUPPLIES, OF_TRAVEL, None),
    ]
    assert kept == [(OFFICE, OF_TRAVEL, 40), (OFFICE, OF_TRAVEL, 40), (OFFICE, OF_TRAVEL, None)]
    assert as_account == [(OFFICE, "", 40), (OFFICE, "", 40), (OFFICE, "", None)]
    assert _own(books) == as_account  # the account's own tax line is none of the line's own
    for expected in (as_account, kept, tax_lines_first):
        undo(book=books.book, user=books.owner, now=NOW)
        assert _own(books) == expected
    undo(book=books.book, user=books.owner, now=NOW)
    undo(book=books.book, user=books.owner, now=NOW)
    assert _own(books) == [(SUPPLIES, "", None), (SUPPLIES, OF_OFFICE, None), (SUPPLIES, "", None)]


def test_to_an_account_that_may_not_have_it_what_is_the_lines_own_does_not_go_along():
    books = Decided()
    _set(books, books.lines, business_share=Decimal(40))

    _set(books, books.lines, account=books.account(SALES))

    assert _own(books) == [(SALES, "", None)] * 3


def test_lines_whose_account_has_no_such_tax_line_or_share_stay_with_the_reason():
    books = Decided()
    books.decide(books.lines[0], SALES)

    sales = _set(books, books.lines, tax_line=OF_SALES)
    shared = _set(books, books.lines, business_share=Decimal(30))

    assert (sales.count, {line for line, _ in sales.refused}) == (1, set(books.lines[1:]))
    assert "same kind" in sales.refused[0][1]
    assert shared.refused == (
        (books.lines[0], "A business share is taken of what goes to an expense account."),
    )
    assert _own(books)[1:] == [(SUPPLIES, OF_OFFICE, 30), (SUPPLIES, "", 30)]
    books.post()
    posted = _set(books, books.lines, tax_line=OF_OFFICE)
    assert posted.count == 0
    assert {reason for _, reason in posted.refused} == {"It is in the journal; reverse its entry first."}


@pytest.mark.parametrize(
    ("booking", "error", "why"),
    [
        ({}, ClassificationError, "Say what"),
        ({"business_share": Decimal(101)}, BusinessUseError, "0 to 100"),
        ({"account": "other"}, WrongAccountError, "no such account"),
        ({"account": SALES, "tax_line": OF_OFFICE}, OwnTaxLineError, "same kind"),
    ],
)
def test_what_can_be_set_of_no_line_is_refused(booking, error, why):
    books = Decided()
    accounts = {"other": lambda: Shop().fuel, SALES: lambda: books.account(SALES)}
    given = booking | ({"account": accounts[booking["account"]]()} if "account" in booking else {})

    with pytest.raises(error, match=why):
        _set(books, books.lines, **given)


def test_split_lines_lines_without_an_account_and_the_banks_own_account_are_told():
    books = Decided()
    parts = [{"account": books.account(code), "amount": Decimal(-5)} for code in (SUPPLIES, OFFICE)]
    decide(
        book=books.book,
        line_id=books.lines[0],
        user=books.owner,
        now=NOW,
        splits=[SplitPart(**part) for part in parts],
    )
    Classification.objects.filter(line=books.lines[1]).update(
        account=None, state=State.OPEN, tax_line="", source="none", decided_by=None
    )

    said = dict(_set(books, books.lines, tax_line=OF_TRAVEL).refused)
    own = dict(_set(books, books.lines[1:], account=books.bank.ledger_account).refused)

    assert said == {
        books.lines[0]: "It is split; change its parts by themselves.",
        books.lines[1]: "It has no account yet.",
    }
    assert set(own.values()) == {"This is its bank account itself; choose what the money was for."}


def test_a_rule_is_corrected_by_lines_that_are_booked_otherwise_at_once():
    shop = Shop()
    rule = create_rule(
        book=shop.book, conditions=RuleConditions(text="shell"), account=shop.fuel, mode=Rule.Mode.ACCEPT,
        user=shop.user, now=NOW,
    )  # fmt: skip
    lines = [shop.line().pk for _ in range(3)]
    classify_lines(book=shop.book, line_ids=lines)
    said = {"book": shop.book, "user": shop.user, "now": NOW}

    book_together(line_ids=lines[:1], booking=Booking(account=shop.fuel), **said)
    none_yet = RuleCorrection.objects.count()
    book_together(line_ids=lines[1:], booking=Booking(account=shop.food), **said)

    assert (none_yet, RuleCorrection.objects.count()) == (0, 2)
    rule.refresh_from_db()
    assert rule.mode == Rule.Mode.SUGGEST
    undone = undo(**said)
    assert (undone.count, undone.refused, RuleCorrection.objects.count()) == (2, (), 0)
    rule.refresh_from_db()
    assert (rule.mode, rule.fell_back_at) == (Rule.Mode.ACCEPT, None)
    made = Classification.objects.filter(pk__in=lines[1:])
    assert set(made.values_list("state", "account", "rule", "decided_by")) == {
        ("accepted", shop.fuel.pk, rule.pk, None)
    }


def _told(shop, lines):
    made = Classification.objects.filter(pk__in=lines).order_by("pk")
    return list(made.values_list("state", "account", "payee__name", "source", "decided_by"))


@pytest.mark.parametrize("is_one", [False, True])
def test_a_name_for_open_lines_is_undone_although_it_proposed_them_otherwise(is_one):
    shop = Shop()
    said = {"book": shop.book, "user": shop.user, "now": NOW}
    known = shop.line("SHELL OIL").pk
    lines = [shop.line(text).pk for text in ("CORNER KIOSK", "MARKET HALL")]
    classify_lines(book=shop.book, line_ids=[known, *lines])
    decide(line_id=known, account=shop.fuel, payee=name_payee(book=shop.book, name="Shell"), **said)
    before = _told(shop, lines)

    if is_one:
        for line_id in lines:
            decide(line_id=line_id, payee=name_payee(book=shop.book, name="Shell"), **said)
    else:
        book_together(line_ids=lines, booking=Booking(payee="Shell"), **said)
    named = _told(shop, lines)
    counts = [undo(**said).count for _ in range(2 if is_one else 1)]
    like = shop.line("CORNER KIOSK").pk
    classify_lines(book=shop.book, line_ids=[like])

    assert {row[:3] for row in named} == {("open", shop.fuel.pk, "Shell")}
    assert (counts, _told(shop, lines)) == ([1, 1] if is_one else [2], before)
    assert _told(shop, [like]) == before[:1]
    # What was said of the name is no outcome of the line.
    assert not Prediction.objects.filter(line__in=lines, replaced_at__isnull=True).exists()


def test_a_name_alone_says_nothing_of_suggestions_that_nobody_looked_at():
    shop = with_record(Shop(), outcomes=5)
    lines = [line.pk for line in classified(shop, 2)]
    said = {"book": shop.book, "line_ids": lines, "user": shop.user, "now": NOW}
    Classification.objects.filter(pk__in=lines).update(confidence=1)
    accept_unseen(**said)

    book_together(booking=Booking(payee="Shell station"), **said)

    outcomes = Prediction.objects.filter(line__in=lines, replaced_at__isnull=True)
    assert set(outcomes.values_list("decided_at", flat=True)) == {None}
    book_together(booking=Booking(account=shop.food), **said)
    assert set(outcomes.values_list("is_right", flat=True)) == {False}


def test_of_all_that_match_what_was_drawn_stays_to_be_looked_at():
    shop = with_record(Shop())
    on(shop)
    drawn = [line.pk for line in classified(shop, 200) if line.state == "open"]
    said = {"book": shop.book, "line_ids": drawn, "user": shop.user, "now": NOW}

    unseen = [
        book_together(booking=Booking(account=shop.food), is_seen=False, **said),
        exclude(reason="", is_seen=False, **said),
    ]
    seen = book_together(booking=Booking(account=shop.food), **{**said, "line_ids": drawn[:1]})

    assert drawn
    why = "It was drawn to be looked at; decide about it by itself."
    assert [(each.count, dict(each.refused)) for each in unseen] == [(0, dict.fromkeys(drawn, why))] * 2
    assert seen.count == 1
    assert book_together(booking=Booking(payee="Shell station"), is_seen=False, **said).count == len(drawn)


def test_of_all_that_match_possible_transfers_stay_and_say_nothing_of_suggestions():
    shop = Shop()
    savings = create_bank_account(
        book=shop.book, name="Savings", kind="bank", currency="USD", number="987654321"
    )
    sent, received = (
        shop.line("TO SAVINGS", "-50.00"),
        shop.line("FROM CHECKING", "50.00", bank_account=savings),
    )
    other = shop.line("SHELL", "-7.00")
    lines = [line.pk for line in (sent, received, other)]
    classify_lines(book=shop.book, line_ids=lines)

    done = book_chosen(
        book=shop.book,
        chosen=Matching(Which(), through=lines[-1], count=3),
        booking=Booking(account=shop.food),
        user=shop.user,
        now=NOW,
    )
    chosen = book_chosen(
        book=shop.book, chosen=[sent.pk], booking=Booking(account=shop.food), user=shop.user, now=NOW
    )

    assert (done.count, {line for line, _ in done.refused}) == (1, {sent.pk, received.pk})
    assert "transfer" in done.refused[0][1]
    assert not Prediction.objects.filter(line=other, decided_at__isnull=False).exists()
    assert chosen.count == 1
