"""From a figure down to the place in the file: entry, bank line, statement, document."""

import pytest

from ledgerflow.classification.services import classify_lines, decide
from ledgerflow.ledger.selectors import register
from ledgerflow.posting.selectors import lines_for_entries, places_of_line
from ledgerflow.posting.services import post_lines
from tests.classification.rows import NOW, Shop
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    shop = Shop()
    shop.outcome = take_in(
        shop.bank,
        line(2, "-3.50", "COFFEE 12345", place={"line": 7}),
        line(3, "-9.00", "LUNCH", place={"line": 19}),
    )
    shop.lines = shop.outcome.new_line_ids
    classify_lines(book=shop.book, line_ids=shop.lines)
    for one in shop.lines:
        decide(book=shop.book, line_id=one, account=shop.food, user=shop.user, now=NOW)
    post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW)
    return shop


def test_a_line_of_a_register_names_the_payee_and_the_bank_line(shop):
    page = register(account=shop.food, newest_first=False)

    sources = lines_for_entries(book=shop.book, numbers=[line.entry_number for line in page.lines])

    assert [(sources[line.entry_number].text, sources[line.entry_number].line_id) for line in page.lines] == [
        ("Coffee", shop.lines[0]),
        ("Lunch", shop.lines[1]),
    ]


def test_a_bank_line_leads_to_its_place_in_the_file(shop):
    first, second = (places_of_line(book=shop.book, line_id=one) for one in shop.lines)

    assert [(seen.place, seen.following) for seen in (*first, *second)] == [
        ({"line": 7}, 19),
        ({"line": 19}, None),
    ]
    assert first[0].document_id == shop.outcome.statement.document_id


def test_another_book_sees_none_of_it(shop):
    other = Shop().book

    assert lines_for_entries(book=other, numbers=[1, 2]) == {}
    assert places_of_line(book=other, line_id=shop.lines[0]) == []
