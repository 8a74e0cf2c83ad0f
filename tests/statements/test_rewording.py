"""A month that comes in two formats, each of which words it in its own way."""

import functools
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.statements.likeness import Kinship, likeness
from ledgerflow.statements.models import DayQuestion, Hold, Sighting, StatementLine
from ledgerflow.statements.portions import Occurrence, Portion, Span
from ledgerflow.statements.reading import read_file
from ledgerflow.statements.recognition import recognize
from ledgerflow.statements.services import answer_question, import_statement, undo_import
from ledgerflow.statements.verify import problems
from tests.factories import BankAccountFactory, UserFactory
from tests.statements import months
from tests.statements.shapes import NOW, document, line, take_in

BEFORE, DAY, AFTER = date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)
_DAYS = (
    ("2026-01-05", "-12.50"),
    ("2026-01-12", "-4.20"),
    ("2026-01-12", "-4.20"),
    ("2026-01-12", "-4.20"),
    ("2026-01-15", "750.00"),
    ("2026-01-20", "-50.00"),
    ("2026-01-20", "-50.00"),
    ("2026-01-31", "-3.00"),
)
#: Name and memo of each movement, by format. Two coffees are equal; a kiosk and the fuel are not.
_WORDS = {
    months.csv: (
        ("CORNER BAKERY BERLIN", "CARD 1234"),
        ("COFFEE HOUSE MITTE", "CARD 1234"),
        ("COFFEE HOUSE MITTE", "CARD 1234"),
        ("KIOSK AM TOR", "CARD 1234"),
        ("SAMPLE TRADING GMBH", "INVOICE 2026-001 THANK YOU"),
        ("SHELL 4711", "CARD 1234"),
        ("HARBOUR FLORIST", "CARD 1234"),
        ("ACCOUNT FEE", ""),
    ),
    months.ofx: (
        ("Corner Bakery", "Purchase 05.01. 08:12"),
        ("Coffee House", "Purchase 12.01. 09:30"),
        ("Coffee House", "Purchase 12.01. 15:02"),
        ("Kiosk am T", "Purchase 12.01. 18:40"),
        ("Sample Trading GmbH Invoice 2026", "Transfer"),
        ("Shell", "Purchase 20.01. 17:00"),
        ("Harbour Flo", "Purchase 20.01. 18:00"),
        ("Account fee", "January"),
    ),
    months.camt: (
        ("Corner Bakery Berlin GmbH", "2026-01-05T08:12 Debitk.1"),
        ("Coffee House Mitte KG", "2026-01-12T09:30 Debitk.1"),
        ("Coffee House Mitte KG", "2026-01-12T15:02 Debitk.1"),
        ("Kiosk am Tor Inh. Doe", "2026-01-12T18:40 Debitk.1"),
        ("Sample Trading GmbH", "Invoice 2026-001"),
        ("Shell Deutschland 4711", "2026-01-20T17:00 Debitk.1"),
        ("Harbour Florist", "2026-01-20T18:00 Debitk.1"),
        ("Sample Bank", "Account fee January 2026"),
    ),
    months.mt940: (
        ("CORNER BAKERY", "BERLIN 05.01"),
        ("COFFEE HOUSE", "MITTE 12.01"),
        ("COFFEE HOUSE", "MITTE 12.01"),
        ("KIOSK AM TOR", "BERLIN 12.01"),
        ("SAMPLE TRADING", "INVOICE 2026-001"),
        ("SHELL 4711", "20.01"),
        ("HARBOUR FLORIST", "20.01"),
        ("", "ACCOUNT FEE JAN"),
    ),
    months.qif: (
        ("Corner Bakery", ""),
        ("Coffee House Mitte", ""),
        ("Coffee House Mitte", ""),
        ("Kiosk", ""),
        ("Sample Trading", ""),
        ("Shell", ""),
        ("Harbour Florist", ""),
        ("Account fee", ""),
    ),
    months.pdf: (
        ("Corner Bakery, Berlin", "Value 05.01."),
        ("Coffee House Mitte", "Value 12.01."),
        ("Coffee House Mitte", "Value 12.01."),
        ("Kiosk am Tor", "Value 12.01."),
        ("Sample Trading GmbH", "Ref 2026-001"),
        ("Shell 4711 Berlin", "Value 20.01."),
        ("Harbour Florist", "Value 20.01."),
        ("Account fee", "Value 31.01."),
    ),
}
_FORMATS = list(_WORDS)


@functools.cache
def read(write):
    rows = tuple((*day, *words) for day, words in zip(_DAYS, _WORDS[write], strict=True))
    found = read_file(content=write(rows), name=f"january.{write.__name__}")
    assert (found.status, found.error) == ("read", None)
    return found


def bring(checking, write):
    (outcome,) = import_statement(
        document=document(checking.book), reading=read(write), bank_accounts=[checking], now=NOW
    )
    return outcome


def movements(checking):
    return Counter(
        (str(one.date), f"{one.amount:.2f}") for one in StatementLine.objects.filter(bank_account=checking)
    )


@pytest.mark.django_db
@pytest.mark.parametrize("first", _FORMATS)
def test_a_month_in_another_format_adds_no_line_and_asks_nothing(first):
    checking = BankAccountFactory(currency="EUR")
    bring(checking, first)

    for second in _FORMATS:
        if second is not first:
            outcome = bring(checking, second)

            assert (outcome.lines_new, outcome.lines_known, outcome.lines_held) == (0, len(_DAYS), 0), second
            undo_import(document=outcome.statement.document)
    assert movements(checking) == Counter(_DAYS)
    assert not DayQuestion.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("order", [_FORMATS, _FORMATS[::-1]], ids=["forward", "backward"])
def test_a_month_in_every_format_and_again_is_there_once(order):
    checking = BankAccountFactory(currency="EUR")

    for write in (*order, *order):
        bring(checking, write)

    assert movements(checking) == Counter(_DAYS)
    assert Sighting.objects.filter(book=checking.book).count() == 12 * len(_DAYS)
    assert not DayQuestion.objects.exists()
    assert problems(book=checking.book) == []


def whole(number, kind, *texts, **more):
    """A statement that shows all of the day; its lines have one amount."""
    return portion(number, kind, *texts, first=BEFORE, last=AFTER, **more)


def portion(number, kind, *texts, first, last, ids=(), pending=(), **more):
    span = Span(number, (f"file {number}", 0), first, last, kind=kind, **more)
    return Portion(
        span,
        [
            Occurrence(number, no, Decimal(-5), text, f"{ids[no - 1]}" if ids else None, no in pending)
            for no, text in enumerate(texts, start=1)
        ],
    )


def shapes(day):
    return sorted(sorted(shown[:2] for shown in slot.occurrences) for slot in day.slots)


BOTH = frozenset({1, 2})


def test_texts_without_a_common_word_it_asks_about():
    day = recognize(DAY, [whole(1, "csv", "bakery"), whole(2, "ofx", "taxi")], {})

    assert (len(day.slots), day.questions) == (2, {BOTH})
    assert [(len(contest.slots), contest.uncertain) for contest in day.contests] == [(2, 1)]


@pytest.mark.parametrize(("is_same", "count"), [(True, 2), (False, 3)])
def test_the_answer_is_about_what_is_worded_differently_and_nothing_else(is_same, count):
    portions = [whole(1, "csv", "bakery", "corner kiosk"), whole(2, "ofx", "taxi", "kiosk")]

    day = recognize(DAY, portions, {BOTH: is_same})

    assert (len(day.slots), day.questions, day.contests) == (count, set(), [])
    assert [(1, 2), (2, 2)] in shapes(day)


def test_one_file_holds_more_of_an_amount_and_the_words_say_which():
    day = recognize(DAY, [whole(1, "csv", "card bakery", "card taxi"), whole(2, "ofx", "taxi 7 card")], {})

    assert (shapes(day), day.questions) == ([[(1, 1)], [(1, 2), (2, 1)]], set())


def test_a_word_that_two_of_them_share_with_it_alike_does_not_tell_which():
    day = recognize(
        DAY, [whole(1, "csv", "card bakery x", "card taxi y"), whole(2, "ofx", "card florist")], {}
    )

    assert (len(day.slots), day.questions) == (3, {BOTH})
    assert [contest.uncertain for contest in day.contests] == [1]


def test_two_files_of_one_format_word_a_movement_alike():
    day = recognize(DAY, [whole(1, "csv", "corner bakery"), whole(2, "csv", "corner bakery berlin")], {})

    assert (len(day.slots), day.questions) == (2, set())


@pytest.mark.parametrize("kinds", [("csv", "ofx"), ("csv", "csv")])
def test_balances_that_prove_both_files_leave_no_doubt(kinds):
    first, second = kinds

    day = recognize(
        DAY, [whole(1, first, "bakery", is_proven=True), whole(2, second, "taxi", is_proven=True)], {}
    )

    assert (shapes(day), day.questions) == ([[(1, 1), (2, 1)]], set())


def test_a_proven_file_holds_what_one_of_another_format_shows():
    day = recognize(DAY, [whole(1, "csv", "bakery", "shop", is_proven=True), whole(2, "ofx", "taxi")], {})

    assert (len(day.slots), day.questions) == (2, set())


@pytest.mark.parametrize(
    "proven",
    [
        whole(1, "csv", "bakery", is_proven=True),
        whole(1, "csv", "bakery", "shop", is_proven=True, pending=(1, 2)),
        portion(1, "csv", "bakery", "shop", "inn", first=BEFORE, last=DAY, is_proven=True),
    ],
    ids=["that shows fewer", "of pending lines", "that ends with the day"],
)
def test_a_proof_does_not_reach_further_than_its_lines(proven):
    day = recognize(DAY, [proven, whole(2, "ofx", "taxi", "florist")], {})

    assert day.questions == {BOTH}


def test_days_that_both_files_cut_it_never_joins_but_asks_about_what_is_alike():
    portions = [
        portion(1, "csv", "corner bakery berlin", "shop", first=BEFORE, last=DAY),
        portion(2, "ofx", "corner bakery", "inn", first=DAY, last=AFTER),
    ]

    day = recognize(DAY, portions, {})

    assert (len(day.slots), day.questions) == (4, {BOTH})
    assert [len(contest.slots) for contest in day.contests] == [2]
    assert len(recognize(DAY, portions, {BOTH: True}).slots) == 3
    assert len(recognize(DAY, portions, {BOTH: False}).slots) == 4


def test_identifiers_of_two_numberings_do_not_keep_a_movement_apart():
    day = recognize(
        DAY,
        [whole(1, "csv", "bakery", "shop", ids="AB"), whole(2, "ofx", "bakery berlin", "shop", ids="78")],
        {},
    )

    assert (shapes(day), day.questions) == ([[(1, 1), (2, 1)], [(1, 2), (2, 2)]], set())


def test_identifiers_of_one_numbering_do():
    day = recognize(
        DAY, [whole(1, "csv", "bakery", "shop", ids="AB"), whole(2, "ofx", "bakery", "shop", ids="AC")], {}
    )

    assert (len(day.slots), day.questions) == (3, set())


def test_of_very_many_movements_of_one_amount_it_compares_no_texts_but_asks_and_follows():
    portions = [
        whole(number, kind, *(f"{kind} {no:05}" for no in range(400)))
        for number, kind in ((1, "csv"), (2, "ofx"))
    ]

    day = recognize(DAY, portions, {})

    assert (len(day.slots), day.questions) == (800, {BOTH})
    assert [contest.uncertain for contest in day.contests] == [400]
    assert len(recognize(DAY, portions, {BOTH: True}).slots) == 400
    assert recognize(DAY, portions, {BOTH: False}).questions == set()


@pytest.mark.parametrize(
    ("one", "other", "kinship"),
    [
        ("corner bakery", "corner bakery berlin", Kinship.CUT),
        ("corner bakery alexanderpl", "corner bakery alexanderplatz 5", Kinship.CUT),
        ("amaz", "amazon", Kinship.CUT),
        ("ama", "amazon", Kinship.NONE),
        ("bakery 12", "bakery 123", Kinship.SHARED_WORDS),
        ("ab 12", "ab 12 bakery", Kinship.NONE),
        ("order 4711", "fee 4711", Kinship.NONE),
        ("order 47110", "fee 47110", Kinship.SHARED_WORDS),
        ("", "bakery", Kinship.NONE),
    ],
)
def test_how_texts_are_related(one, other, kinship):
    assert likeness(one, other).kinship is likeness(other, one).kinship is kinship


def _taken_in(checking):
    """A day in the middle of two files; the second words one movement in another way, in words of its own."""
    take_in(checking, line(1, 1), line(2, -5, "Bakery"), line(2, -9, "Inn"), line(3, 3), kind="csv")
    return take_in(checking, line(1, 1), line(2, -5, "Taxi"), line(2, -9, "Inn"), line(3, 3), kind="ofx")


@pytest.mark.django_db
def test_a_line_in_question_waits_and_is_joined_or_freed():
    checking, user = BankAccountFactory(), UserFactory()
    outcome = _taken_in(checking)
    assert (outcome.lines_new, outcome.lines_known, outcome.lines_held) == (1, 3, 1)
    question = DayQuestion.objects.get()

    answer_question(question=question, answer="same", user=user, now=NOW)

    assert StatementLine.objects.count() == 4
    (other,) = Sighting.objects.filter(differs__description="Taxi")
    assert (other.line.description, other.line.hold) == ("Bakery", Hold.NONE)

    answer_question(question=question, answer="different", user=user, now=NOW)

    assert (StatementLine.objects.count(), StatementLine.objects.exclude(hold="").count()) == (5, 0)
    assert problems(book=checking.book) == []


@pytest.mark.django_db
def test_a_line_that_was_joined_keeps_the_words_of_the_file_that_stays():
    checking = BankAccountFactory()
    first = take_in(checking, line(1, 1), line(2, -5, "CORNER BAKERY BERLIN"), line(3, 3), kind="csv")
    take_in(checking, line(1, 1), line(2, -5, "Corner Bakery"), line(3, 3), kind="ofx")
    bakery = StatementLine.objects.get(amount=-5)
    assert bakery.description == "CORNER BAKERY BERLIN"

    undo_import(document=first.statement.document)

    bakery.refresh_from_db()
    assert bakery.description == "Corner Bakery"


@pytest.mark.django_db
@pytest.mark.parametrize(("layout", "known"), [("b" * 32, 3), ("a" * 32, 2), (None, 2)])
def test_two_layouts_of_tables_word_a_movement_as_two_formats_do(layout, known):
    checking = BankAccountFactory()
    short, long = "Corner Bakery", "CORNER BAKERY BERLIN"
    take_in(checking, line(1, 1), line(2, -5, short), line(3, 3), kind="csv", layouts=("a" * 32,))

    layouts = (layout,) if layout else ()
    outcome = take_in(checking, line(1, 1), line(2, -5, long), line(3, 3), kind="csv", layouts=layouts)

    assert outcome.lines_known == known
