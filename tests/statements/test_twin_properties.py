"""A month by booking day in one format and by value day in another, in any order, overlap and repetition: one set."""

import hashlib
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.documents.models import Document
from ledgerflow.statements import services
from ledgerflow.statements.models import DayQuestion, Hold, Sighting, Statement, StatementLine
from ledgerflow.statements.verify import problems
from tests.factories import BankAccountFactory
from tests.statements.shapes import NOW, line, reading, statement

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 1)
relaxed = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def months(draw, least_lag, says_both=True):
    """Movements, each with a day of booking and one of value, and files that show whole days of them by either."""
    moved = draw(
        st.lists(
            st.tuples(
                st.integers(0, 8),
                st.integers(least_lag, 3),
                st.sampled_from([1, 2]),
                st.sampled_from(["Tea", "Cake"]),
            ),
            min_size=2,
            max_size=9,
        )
    )
    movements = [
        (number, FIRST + timedelta(days=booked), FIRST + timedelta(days=booked + lag), amount, text)
        for number, (booked, lag, amount, text) in enumerate(sorted(moved))
    ]
    by_value = sorted(movements, key=lambda one: (one[2], one[0]))
    cuts = draw(
        st.lists(st.tuples(st.booleans(), st.integers(0, 8), st.integers(1, 9)), min_size=1, max_size=3)
    )
    files = [(True, movements), (False, by_value)]
    for is_camt, start, size in cuts:
        first, last = FIRST + timedelta(days=start), FIRST + timedelta(days=start + size)
        own = 1 if is_camt else 2
        shown = [one for one in (movements if is_camt else by_value) if first <= one[own] < last]
        files.append((is_camt, shown))
    return movements, [(is_camt, shown, says_both) for is_camt, shown in files if shown]


def bring(checking, files, number):
    is_camt, shown, says_both = files[number]
    lines = [
        line(booked, amount, text, value_date=valued)
        if is_camt
        else line(
            valued,
            amount,
            text,
            value_date=valued if says_both else None,
            booking_date=booked if says_both else None,
        )
        for _number, booked, valued, amount, text in shown
    ]
    # Each shows its days whole, so that what is equal is counted.
    days = [one.date for one in lines]
    read = statement(*lines, complete_from=min(days), complete_to=max(days))
    file, _ = Document.objects.get_or_create(
        book=checking.book,
        sha256=hashlib.sha256(b"%d" % number).hexdigest(),
        defaults={"size": 1, "name": str(number), "uploaded_at": NOW},
    )
    services.import_statement(
        document=file,
        reading=reading(read, kind="camt" if is_camt else "mt940"),
        bank_accounts=[checking],
        now=NOW,
    )


def movements_in(checking):
    """Each movement as the files that show it with their lines, and how it waits; and what is asked of which lines."""
    files = dict(Statement.objects.filter(bank_account=checking).values_list("pk", "document__name"))
    shown = {}
    line_of = {}
    for one in Sighting.objects.filter(book=checking.book):
        shown.setdefault(one.line_id, set()).add((files[one.statement_id], one.no))
        line_of[one.statement_id, one.no] = one.line_id
    root = {pk: pk for pk in shown}

    def find(pk):
        while root[pk] != pk:
            pk = root[pk]
        return pk

    asked = set()
    for one in DayQuestion.objects.filter(bank_account=checking, other_no__isnull=False):
        pair = (line_of[one.statement_id, one.no], line_of[one.other_statement_id, one.other_no])
        if one.answer == "same":
            root[find(pair[0])] = find(pair[1])
        else:
            asked.add(frozenset(frozenset(shown[pk]) for pk in pair))
    groups = {}
    for found in StatementLine.objects.filter(bank_account=checking):
        groups.setdefault(find(found.pk), []).append(found)
    for group in groups.values():
        assert [one.hold for one in group].count(Hold.TWIN) == len(group) - 1
    return {frozenset().union(*(shown[one.pk] for one in group)) for group in groups.values()}, asked


def after(files, steps):
    with transaction.atomic():
        checking = BankAccountFactory()
        for step in steps:
            if step >= 0:
                bring(checking, files, step)
            else:
                services.undo_import(document=Document.objects.get(book=checking.book, name=str(-step - 1)))
        found = movements_in(checking)
        assert problems(book=checking.book) == []
        transaction.set_rollback(True)
    return found


@relaxed
@given(months(least_lag=1), st.data())
def test_days_that_both_files_state_make_the_movements_that_there_were(months, data):
    movements, files = months
    order = data.draw(st.permutations(range(len(files))))

    found, asked = after(files, order)

    assert not asked
    # Movements that are alike in everything are counted: which of them a file means, it does not say.
    expected = Counter(one[1:] for one in movements)
    alike = {
        (str(number), no): movement[1:]
        for number, (_is_camt, shown, _both) in enumerate(files)
        for no, movement in enumerate(shown, start=1)
    }
    assert all(len({alike[one] for one in group}) == 1 for group in found)
    assert Counter(alike[next(iter(group))] for group in found) == expected


@relaxed
@given(months(least_lag=0, says_both=False), st.data())
def test_neither_order_nor_repetition_matters_and_an_undo_leaves_the_rest(months, data):
    _movements, files = months
    order = data.draw(st.permutations(range(len(files))))
    gone = data.draw(st.sampled_from(order))

    together = after(files, range(len(files)))

    assert after(files, order) == together
    assert after(files, [*order, -gone - 1, gone]) == together
    rest = [number for number in range(len(files)) if number != gone]
    assert after(files, [*order, -gone - 1]) == after(files, rest)
