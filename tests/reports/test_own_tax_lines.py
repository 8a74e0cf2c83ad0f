"""A bank line with a tax line of its own: decided, undone, posted, counted by the worksheet, guarded and archived."""

import io
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from ledgerflow.classification.errors import OwnTaxLineError
from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import SplitPart, decide, reopen, undo
from ledgerflow.ledger.errors import AccountChangeError
from ledgerflow.ledger.services.accounts import change_account
from ledgerflow.posting.models import OwnTaxLine
from ledgerflow.posting.services import post_lines, reverse_entry
from ledgerflow.posting.verify import problems
from ledgerflow.reports.evidence import pack
from ledgerflow.reports.schedule_c import rows_behind, schedule_c
from ledgerflow.reports.schedule_c_lines import Counted, Days, page_of_lines
from tests.booked import NOW
from tests.exchange.archives import round_trip
from tests.proprietor import Proprietor

pytestmark = pytest.mark.django_db

SUPPLIES, OFFICE, SALES = "6170", "6120", "4000"
OF_OFFICE, OF_TRAVEL, OF_SALES, OF_PENALTIES = (
    "schedule-c:18",
    "schedule-c:24a",
    "schedule-c:1",
    "schedule-c:penalties",
)


class Decided(Proprietor):
    """Lines of -10, -20 and -40 in 2025, accepted as supplies; -20 counts as office expense."""

    def __init__(self) -> None:
        super().__init__()
        _, _, self.lines = self.take_in(
            [Decimal(-10), Decimal(-20), Decimal(-40)], name="may.csv", first=date(2025, 5, 1)
        )
        for line, own in zip(self.lines, ("", OF_OFFICE, ""), strict=True):
            self.decide(line, SUPPLIES, tax_line=own)

    def decide(self, line: int, code: str, **more: object) -> Classification:
        return decide(
            book=self.book, line_id=line, user=self.owner, now=NOW, account=self.account(code), **more
        )

    def post(self) -> None:
        outcome = post_lines(book=self.book, line_ids=None, posted_by=self.owner, posted_at=NOW)
        assert outcome.refused == ()

    def rows(self, *keys: str) -> list[tuple[Decimal, int]]:
        sheet = schedule_c(book=self.book, year=2025).sheet
        return [(sheet.row(key).gross, sheet.row(key).line_count) for key in keys]


def test_the_worksheet_counts_a_line_by_its_own_tax_line_and_its_reversal_too(tmp_path):
    books = Decided()
    books.decide(books.lines[2], SUPPLIES, tax_line="schedule-c:22")  # the account's, so none of its own
    books.post()

    assert books.rows("22", "18") == [(50, 2), (20, 1)]
    assert [own.no for own in OwnTaxLine.objects.all()] == [2]
    report = schedule_c(book=books.book, year=2025)
    (behind,) = [each for row in rows_behind(report.sheet, "18") for each in row.accounts]
    days = Days(report.tax_year.first, report.tax_year.last)
    lines, _ = page_of_lines(
        book=books.book, counted=[Counted(behind.account_id, behind.own_tax_line)], days=days
    )
    assert [line.amount for line in lines] == [20]
    script, packed = tmp_path / "verify.py", io.BytesIO()
    pack.write_evidence_pack(book=books.book, year=2025, out=packed, made_at=NOW)
    script.write_bytes(pack._VERIFY.read_bytes())
    (tmp_path / "pack.zip").write_bytes(packed.getvalue())
    said = subprocess.run(
        [sys.executable, script, tmp_path / "pack.zip"], capture_output=True, text=True, check=False
    )
    assert said.stdout.startswith("The pack is whole"), said.stdout
    assert problems(book=books.book) == []

    number = Classification.objects.get(line_id=books.lines[1]).entry_number
    reverse_entry(
        book=books.book, number=number, date=date(2025, 6, 1), reason="x", user=books.owner, now=NOW
    )

    assert books.rows("22", "18") == [(50, 2), (0, 2)]


def test_parts_have_their_own_and_come_back_out_of_an_archive(tmp_path):
    books = Decided()
    supplies, office = books.account(SUPPLIES), books.account(OFFICE)
    parts = [
        SplitPart(supplies, Decimal(-15)),
        SplitPart(office, Decimal(-20), "", OF_TRAVEL),
        SplitPart(office, Decimal(-5)),
    ]
    decide(book=books.book, line_id=books.lines[2], user=books.owner, now=NOW, splits=parts)
    books.post()
    number = Classification.objects.get(line_id=books.lines[1]).entry_number
    reverse_entry(
        book=books.book, number=number, date=date(2025, 6, 1), reason="x", user=books.owner, now=NOW
    )

    assert books.rows("24a", "18", "22") == [(20, 1), (5, 3), (25, 2)]
    assert problems(book=books.book) == []
    again = round_trip(books.book, tmp_path)
    sheet = schedule_c(book=again, year=2025).sheet
    assert [sheet.row(key).gross for key in ("24a", "18", "22")] == [20, 5, 25]


def test_a_decision_takes_it_along_and_undo_gives_it_back():
    books = Decided()
    line = books.lines[1]

    reopen(book=books.book, line_ids=[line], user=books.owner, now=NOW)
    assert Classification.objects.get(line_id=line).tax_line == OF_OFFICE
    books.decide(line, "6190")
    assert Classification.objects.get(line_id=line).tax_line == ""
    undo(book=books.book, user=books.owner, now=NOW)
    assert Classification.objects.get(line_id=line).tax_line == OF_OFFICE
    parts = [
        SplitPart(books.account(SUPPLIES), Decimal(-15), "", OF_OFFICE),
        SplitPart(books.account(OFFICE), Decimal(-5)),
    ]
    decide(book=books.book, line_id=line, user=books.owner, now=NOW, splits=parts)
    books.decide(line, OFFICE)
    undo(book=books.book, user=books.owner, now=NOW)

    made = Classification.objects.get(line_id=line)
    assert [part.tax_line for part in made.splits.order_by("no")] == [OF_OFFICE, ""]


@pytest.mark.parametrize("is_split", [True, False])
def test_undo_says_where_no_account_carries_it_any_more(is_split):
    books = Decided()
    line = books.lines[1]
    if is_split:
        parts = [
            SplitPart(books.account(SUPPLIES), Decimal(-15), "", OF_OFFICE),
            SplitPart(books.account(OFFICE), Decimal(-5)),
        ]
        decide(book=books.book, line_id=line, user=books.owner, now=NOW, splits=parts)
    books.decide(line, "6190")
    office = books.account(OFFICE)
    change_account(account=office, code=office.code, name=office.name, tax_line=OF_TRAVEL)

    answer = books.client().post(books.address("review/undo/"), headers={"Accept": "application/json"})

    assert answer.json()["message"] == (
        "Undone: decided, 1 line. 1 line came back without its own tax line, which no account of that kind carries "
        "any more; choose anew."
    )
    made = Classification.objects.get(line_id=line)
    assert (made.state, made.tax_line, made.is_split) == ("accepted", "", is_split)


@pytest.mark.parametrize(
    ("code", "tax_line", "words"),
    [
        (SUPPLIES, OF_PENALTIES, "has the tax line schedule-c:penalties; give it to one first"),
        (SUPPLIES, OF_SALES, "No account of the same kind as 6170 Supplies"),
        ("1500", OF_OFFICE, "No account of the same kind"),
        (None, OF_OFFICE, "choose the account, too"),
    ],
)
def test_only_lines_of_the_chart_are_taken(code, tax_line, words):
    books = Decided()
    account = books.account(code) if code else None

    with pytest.raises(OwnTaxLineError, match=words):
        decide(
            book=books.book,
            line_id=books.lines[0],
            user=books.owner,
            now=NOW,
            account=account,
            tax_line=tax_line,
        )


def _refused(statement: str, *values: object) -> str:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(refusal.value)


def test_postgresql_keeps_it():
    books = Decided()
    set_own = "UPDATE classification_classification SET tax_line = %s WHERE line_id = %s"
    insert = "INSERT INTO posting_owntaxline (book_id, entry_number, no, tax_line) VALUES (%s, %s, %s, %s)"

    assert "has the tax line" in _refused(set_own, OF_SALES, books.lines[0])
    office = books.account(OFFICE)
    with pytest.raises(AccountChangeError, match="Bank lines have the tax line schedule-c:18 of their own"):
        change_account(account=office, code=office.code, name=office.name, tax_line="")
    books.post()
    assert "reverse its entry first" in _refused(set_own, "", books.lines[1])
    assert "permission denied" in _refused("UPDATE posting_owntaxline SET tax_line = %s", OF_TRAVEL)
    number = Classification.objects.get(line_id=books.lines[0]).entry_number
    books.by_hand(SUPPLIES, "10")
    by_hand = number + 3
    for entry, no in ((number, 1), (by_hand, 1), (by_hand, 2)):
        assert "comes with the entry of a bank line" in _refused(insert, books.book.pk, entry, no, OF_OFFICE)
    books.close(date(2025, 12, 31))
    assert "while its day is open" in _refused(insert, books.book.pk, number, 2, OF_OFFICE)


def test_verify_finds_an_entry_that_does_not_say_it():
    books = Decided()
    books.post()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO posting_owntaxline (book_id, entry_number, no, tax_line) VALUES (%s, %s, 2, %s)",
            [
                books.book.pk,
                Classification.objects.get(line_id=books.lines[0]).entry_number,
                OF_TRAVEL,
            ],
        )

    (problem,) = problems(book=books.book)

    assert problem.check == "own-tax-line"
