"""What a person does to lines, for sets of them, and taking it back."""

from decimal import Decimal

import pytest

from ledgerflow.classification.errors import (
    HeldLineError,
    NothingToUndoError,
    PostedLineError,
    SplitError,
    TooLongError,
    UnknownLineError,
    WrongAccountError,
)
from ledgerflow.classification.models import ChangedAlias, ChangedLine, Classification, DecisionChange
from ledgerflow.classification.services import (
    RuleConditions,
    SplitPart,
    accept,
    accept_all,
    accept_confident,
    classify_lines,
    create_rule,
    decide,
    exclude,
    reopen,
    suggest_anew,
    undo,
)
from ledgerflow.payees.services import name_payee
from ledgerflow.posting.services import post_lines
from tests.classification.rows import NOW, Shop
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def lines_of(shop, count=1, **fields):
    lines = [shop.line(**fields) for _ in range(count)]
    classify_lines(book=shop.book, line_ids=[line.pk for line in lines])
    return [line.pk for line in lines]


def with_rule(shop, mode="suggest"):
    conditions = RuleConditions(text="shell")
    create_rule(book=shop.book, conditions=conditions, account=shop.fuel, mode=mode, user=shop.user, now=NOW)
    return shop


def by(shop):
    return {"book": shop.book, "user": shop.user, "now": NOW}


def states():
    return list(Classification.objects.order_by("pk").values_list("state", flat=True))


def test_accepting_takes_the_suggestion_and_names_the_person():
    shop = with_rule(Shop())
    ids = lines_of(shop, 3)

    done = accept(line_ids=ids[:2], **by(shop))

    assert (done.count, done.refused) == (2, ())
    assert states() == ["accepted", "accepted", "open"]
    made = Classification.objects.get(pk=ids[0])
    assert (made.decided_by, made.source, made.account) == (shop.user, "rule", shop.fuel)


def test_a_line_without_an_account_is_not_accepted_and_says_why():
    shop = Shop()
    (line,) = lines_of(shop)

    done = accept(line_ids=[line], **by(shop))

    assert (done.count, done.refused, done.change_id) == (0, ((line, "It has no account yet."),), None)
    assert not DecisionChange.objects.exists()


@pytest.mark.parametrize("held", [{"hold": "proof"}, {"hold": "question"}, {"is_pending": True}])
def test_a_held_line_is_not_accepted(held):
    shop = with_rule(Shop())
    ids = lines_of(shop, **held)

    assert accept(line_ids=ids, **by(shop)).count == 0
    assert accept_all(account=shop.suspense, **by(shop)).count == 0
    with pytest.raises(HeldLineError):
        decide(line_id=ids[0], account=shop.fuel, **by(shop))


def test_lines_of_another_book_are_not_there():
    shop, other = with_rule(Shop()), with_rule(Shop())
    ids = lines_of(other)

    assert accept(line_ids=ids, **by(shop)).count == 0
    with pytest.raises(UnknownLineError):
        decide(line_id=ids[0], account=shop.fuel, **by(shop))
    assert states() == ["open"]


def test_only_sure_suggestions_are_accepted_as_confident():
    shop = with_rule(Shop())
    (sure,) = lines_of(shop)
    lines_of(shop, description="UNHEARD OF")

    assert accept_confident(**by(shop)).count == 1
    assert Classification.objects.get(pk=sure).state == "accepted"


def test_a_likely_suggestion_is_not_accepted_as_confident():
    shop = Shop()
    (first,) = lines_of(shop)
    decide(line_id=first, account=shop.fuel, **by(shop))
    lines_of(shop)

    assert accept_confident(**by(shop)).count == 0


def test_accepting_all_books_the_rest_to_the_account():
    shop = with_rule(Shop())
    known, unknown = *lines_of(shop), *lines_of(shop, description="UNHEARD OF")

    assert accept_all(account=shop.suspense, **by(shop)).count == 2
    assert Classification.objects.get(pk=known).account == shop.fuel
    assert Classification.objects.get(pk=unknown).account == shop.suspense


def test_accepting_all_without_an_account_leaves_the_rest():
    shop = with_rule(Shop())
    lines_of(shop)
    (unknown,) = lines_of(shop, description="UNHEARD OF")

    done = accept_all(**by(shop))

    assert (done.count, done.refused) == (1, ((unknown, "It has no account yet."),))


def test_a_decision_is_accepted_at_once_and_refreshes_the_payees_lines():
    shop = Shop()
    first, second = lines_of(shop, 2)

    made = decide(line_id=first, account=shop.fuel, note="Van", **by(shop))

    assert (made.state, made.source, made.account, made.note) == ("accepted", "person", shop.fuel, "Van")
    assert Classification.objects.get(pk=second).account == shop.fuel


def test_a_split_adds_up():
    shop = Shop()
    (line,) = lines_of(shop)

    decide(
        line_id=line,
        splits=[SplitPart(shop.fuel, Decimal(-30)), SplitPart(shop.food, Decimal(-10))],
        **by(shop),
    )

    made = Classification.objects.get(pk=line)
    assert (made.account, made.is_split, made.splits.count()) == (None, True, 2)


@pytest.mark.parametrize(
    "amounts", [["-40"], ["-30", "-9.99"], ["-40", "0"], ["-40.005", "0.005"], ["30", "10"]]
)
def test_a_split_that_does_not_make_up_the_line_is_refused(amounts):
    shop = Shop()
    (line,) = lines_of(shop)

    with pytest.raises(SplitError):
        decide(line_id=line, splits=[SplitPart(shop.fuel, Decimal(one)) for one in amounts], **by(shop))


def test_a_split_gives_way_to_one_account():
    shop = Shop()
    (line,) = lines_of(shop)
    decide(
        line_id=line,
        splits=[SplitPart(shop.fuel, Decimal(-30)), SplitPart(shop.food, Decimal(-10))],
        **by(shop),
    )

    made = decide(line_id=line, account=shop.food, **by(shop))

    assert (made.is_split, made.splits.count()) == (False, 0)


def test_a_wrong_account_is_refused():
    shop = Shop()
    (line,) = lines_of(shop)
    for account in (Shop().fuel, shop.bank.ledger_account):
        with pytest.raises(WrongAccountError):
            decide(line_id=line, account=account, **by(shop))


def test_a_payee_that_a_person_gives_is_remembered():
    shop = Shop()
    first, second = lines_of(shop, 2)
    station = name_payee(book=shop.book, name="The station")

    made = decide(line_id=first, payee=station, **by(shop))
    classify_lines(book=shop.book, line_ids=[second])

    assert (made.payee, made.state) == (station, "open")
    assert Classification.objects.get(pk=second).payee == station


def test_excluded_lines_come_back():
    shop = with_rule(Shop())
    ids = lines_of(shop, 2)

    assert exclude(line_ids=ids, reason="private", **by(shop)).count == 2
    assert Classification.objects.get(pk=ids[0]).note == "private"
    assert accept(line_ids=ids, **by(shop)).count == 0
    assert reopen(line_ids=ids, **by(shop)).count == 2
    assert states() == ["open", "open"]


def test_no_rule_accepts_what_a_person_sent_back():
    shop = with_rule(Shop(), mode="accept")
    ids = lines_of(shop)
    assert states() == ["accepted"]
    reopen(line_ids=ids, **by(shop))

    suggest_anew(book=shop.book)
    classify_lines(book=shop.book, line_ids=ids)

    assert states() == ["open"]


def test_a_posted_line_stays():
    shop = with_rule(Shop(), mode="accept")
    ids = lines_of(shop)
    post_lines(book=shop.book, line_ids=None, posted_by=None, posted_at=NOW)

    for act in (
        accept(line_ids=ids, **by(shop)),
        reopen(line_ids=ids, **by(shop)),
        exclude(line_ids=ids, reason="", **by(shop)),
    ):
        assert act.count == 0
        assert "journal" in act.refused[0][1]
    with pytest.raises(PostedLineError):
        decide(line_id=ids[0], account=shop.food, **by(shop))


def test_undo_takes_back_the_last_change_for_every_line():
    shop = with_rule(Shop())
    ids = lines_of(shop, 3)
    before = list(Classification.objects.order_by("pk").values())
    accept(line_ids=ids, **by(shop))

    done = undo(**by(shop))

    assert (done.act, done.count, done.refused) == ("accepted", 3, ())
    assert list(Classification.objects.order_by("pk").values()) == before


def test_undo_goes_back_one_change_after_the_other():
    shop = Shop()
    (line,) = lines_of(shop)
    parts = [SplitPart(shop.fuel, Decimal(-30)), SplitPart(shop.food, Decimal(-10), "lunch")]
    decide(line_id=line, splits=parts, **by(shop))
    decide(line_id=line, account=shop.sales, **by(shop))

    undo(**by(shop))
    split = Classification.objects.get(pk=line)
    assert (split.is_split, [part.memo for part in split.splits.order_by("no")]) == (True, ["", "lunch"])

    undo(**by(shop))
    assert states() == ["open"]
    with pytest.raises(NothingToUndoError):
        undo(**by(shop))


def test_undo_leaves_what_was_posted_since():
    shop = with_rule(Shop())
    ids = lines_of(shop, 2)
    accept(line_ids=ids, **by(shop))
    post_lines(book=shop.book, line_ids=ids[:1], posted_by=None, posted_at=NOW)

    done = undo(**by(shop))

    assert (done.count, done.refused) == (1, ((ids[0], "It was posted since; reverse its entry first."),))
    assert states() == ["posted", "open"]


def test_nobody_undoes_another_persons_change():
    shop = with_rule(Shop())
    accept(line_ids=lines_of(shop), **by(shop))

    with pytest.raises(NothingToUndoError):
        undo(book=shop.book, user=Shop().user, now=NOW)


def test_each_change_keeps_before_and_after():
    shop = with_rule(Shop())
    accept(line_ids=lines_of(shop), **by(shop))

    kept = ChangedLine.objects.get()
    assert (kept.before["state"], kept.after["state"]) == ("open", "accepted")


def test_undoing_a_wrong_name_leaves_no_trace_of_it():
    shop = Shop()
    first, second = lines_of(shop, 2)
    named = Classification.objects.get(pk=first).payee
    decide(line_id=first, payee=name_payee(book=shop.book, name="Bakery"), **by(shop))
    (misled,) = lines_of(shop)
    wrong = Classification.objects.get(pk=misled).payee.name

    undo(**by(shop))

    (later,) = lines_of(shop)
    assert wrong == "Bakery"
    assert {
        made.payee for made in Classification.objects.in_bulk([first, second, misled, later]).values()
    } == {named}


def test_a_name_that_somebody_else_gave_since_outlives_the_undo():
    shop, other = Shop(), UserFactory()
    first, second = lines_of(shop, 2)
    decide(line_id=first, payee=name_payee(book=shop.book, name="Bakery"), **by(shop))
    decide(
        line_id=second, payee=name_payee(book=shop.book, name="Kiosk"), book=shop.book, user=other, now=NOW
    )

    undo(**by(shop))

    (later,) = lines_of(shop)
    assert Classification.objects.get(pk=later).payee.name == "Kiosk"


def test_deciding_with_the_name_that_is_there_names_nothing():
    shop = Shop()
    first, second = lines_of(shop, 2)
    named = Classification.objects.get(pk=first).payee
    decide(line_id=first, account=shop.fuel, payee=named, **by(shop))

    assert not ChangedAlias.objects.exists()
    assert Classification.objects.get(pk=second).payee == named


def test_excluding_keeps_the_note_and_puts_a_reason_before_it():
    shop = Shop()
    silent, told = lines_of(shop, 2)
    for line in (silent, told):
        decide(line_id=line, note="ask Kim", **by(shop))

    exclude(line_ids=[silent], reason=" ", **by(shop))
    exclude(line_ids=[told], reason="private", **by(shop))

    made = Classification.objects.in_bulk()
    assert (made[silent].note, made[told].note) == ("ask Kim", "private · ask Kim")


def test_nothing_that_people_wrote_is_cut():
    shop = Shop()
    (line,) = lines_of(shop)
    decide(line_id=line, note="n" * 491, **by(shop))

    done = exclude(line_ids=[line], reason="private", **by(shop))
    with pytest.raises(TooLongError, match="at most 500 characters, this one 501"):
        decide(line_id=line, note="n" * 501, **by(shop))
    parts = [SplitPart(shop.fuel, Decimal(-20), "m" * 301), SplitPart(shop.food, Decimal(-20))]
    with pytest.raises(TooLongError, match="memo has at most 300"):
        decide(line_id=line, splits=parts, **by(shop))

    assert done.refused == (
        (line, "Reason and note are longer than 500 characters together; shorten one of them."),
    )
    assert Classification.objects.get(pk=line).note == "n" * 491
    assert exclude(line_ids=[line], reason="own", **by(shop)).count == 1
    assert Classification.objects.get(pk=line).note == "own · " + "n" * 491


def test_lines_that_may_be_transfers_are_left_and_told():
    shop = with_rule(Shop())
    _, moved = lines_of(shop, 2)

    done = accept_confident(transfers={moved}, **by(shop))

    assert (done.count, [line for line, _ in done.refused]) == (1, [moved])
    assert "transfer" in done.refused[0][1]
    assert Classification.objects.get(pk=moved).state == "open"
    assert accept(line_ids=[moved], **by(shop)).count == 1
