"""What other programs do to the lines of banks, each by its name: lost here, doubled there. None of it happens here."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.classification.services import SplitPart, decide
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive_file, run_import, undo_import
from ledgerflow.statements.models import DayQuestion, Hold, Proof, Sighting, Statement, StatementLine
from ledgerflow.statements.services import create_bank_account
from tests.factories import UserFactory
from tests.made import made_once
from tests.pipeline.statements import NUMBER

pytestmark = pytest.mark.django_db

Row = tuple[str, str, str]


class Bank:
    """A book with one bank account, and files of it."""

    def __init__(self) -> None:
        self.owner = UserFactory()
        self.book: Book = open_book(
            name="Acme", base_currency="USD", chart="generic", owner=self.owner, now=timezone.now()
        )
        create_bank_account(book=self.book, name="Checking", kind="bank", currency="USD", number=NUMBER)

    def csv(self, name: str, rows: Sequence[Row], opening: str | None = None) -> ImportRun:
        """Take in a CSV file, with a running balance where ``opening`` says how it begins."""
        balance = Decimal(opening or 0)
        lines = ["Account,Date,Text,Amount" + (",Balance" if opening else "")]
        for day, text, amount in rows:
            balance += Decimal(amount)
            lines.append(f"{NUMBER},{day},{text},{amount}" + (f",{balance}" if opening else ""))
        return self.take_in(name, "\n".join(lines))

    def ofx(self, name: str, rows: Sequence[tuple[str, str, str, str]]) -> ImportRun:
        """Take in an OFX file; each row ends with the bank's id, or an empty one."""
        found = "".join(
            f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{day.replace('-', '')}<TRNAMT>{amount}"
            + (f"<FITID>{bank_id}" if bank_id else "")
            + f"<NAME>{text}</STMTTRN>"
            for day, text, amount, bank_id in rows
        )
        return self.take_in(
            name,
            "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM>"
            f"<ACCTID>{NUMBER}</BANKACCTFROM><BANKTRANLIST>{found}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>",
        )

    def take_in(self, name: str, text: str) -> ImportRun:
        run = receive_file(
            book=self.book, name=name, content=text.encode(), user=None, now=timezone.now()
        ).run
        run_import(run_id=run.pk, now=timezone.now())
        run.refresh_from_db()
        assert run.state == ImportRun.State.READY, run.message
        return run

    def undo(self, run: ImportRun) -> None:
        undo_import(run=run, user=self.owner, now=timezone.now())

    def lines(self) -> list[Row]:
        rows = StatementLine.objects.filter(book=self.book).order_by("date", "pk")
        return [(f"{row.date}", row.description, f"{row.amount:.2f}") for row in rows]


@made_once
def bank() -> Bank:
    return Bank()


def test_new_rows_are_not_absorbed_into_the_parts_of_a_split_line(bank):
    bank.csv("may.csv", [("2026-05-04", "Market", "-100.00"), ("2026-05-06", "Tea", "-2.00")])
    line = StatementLine.objects.get(book=bank.book, description="Market")
    food, office = Account.objects.filter(book=bank.book, type=AccountType.EXPENSE).order_by("code")[:2]
    decide(
        book=bank.book,
        line_id=line.pk,
        splits=[
            SplitPart(account=food, amount=Decimal("-60.00")),
            SplitPart(account=office, amount=Decimal("-40.00")),
        ],
        user=bank.owner,
        now=timezone.now(),
    )

    run = bank.csv(
        "more.csv",
        [
            ("2026-05-03", "Bus", "-1.00"),
            ("2026-05-04", "Market", "-100.00"),
            ("2026-05-04", "Market", "-60.00"),
            ("2026-05-04", "Market", "-40.00"),
            ("2026-05-05", "Bus", "-1.00"),
        ],
    )

    assert (run.lines_new, run.lines_known) == (4, 1)
    assert sum(text == "Market" for _, text, _ in bank.lines()) == 3


def test_a_daily_interest_row_is_no_duplicate_of_yesterdays(bank):
    days = [(f"2026-05-{day:02}", "Interest", "0.37") for day in range(1, 29)]
    bank.csv("first.csv", days[:15], opening="100.00")

    run = bank.csv("all.csv", days, opening="100.00")

    assert (run.lines_new, run.lines_known) == (13, 15)
    assert len(bank.lines()) == 28


def test_true_twins_are_two_in_one_file_and_stay_two_when_the_month_comes_again(bank):
    rows = [
        ("2026-05-03", "Bus", "-1.00"),
        ("2026-05-04", "Coffee", "-3.20"),
        ("2026-05-04", "Coffee", "-3.20"),
        ("2026-05-05", "Bus", "-1.00"),
    ]
    bank.csv("week.csv", rows)

    again = bank.csv("week again.csv", rows, opening="100.00")

    assert (again.lines_new, again.lines_known) == (0, 4)
    assert len(bank.lines()) == 4


def test_the_same_file_comes_in_again_after_an_undo(bank):
    rows = [("2026-05-04", "Coffee", "-3.20"), ("2026-05-05", "Bus", "-1.00")]
    run = bank.csv("week.csv", rows)
    before = bank.lines()

    bank.undo(run)
    assert bank.lines() == []
    again = bank.csv("week.csv", rows)

    assert again.pk != run.pk
    assert bank.lines() == before


def test_ids_that_the_bank_uses_again_the_next_year_are_other_movements(bank):
    bank.ofx("2025.ofx", [("2025-01-03", "Rent", "-900.00", "1"), ("2025-01-04", "Tea", "-2.00", "2")])

    run = bank.ofx("2026.ofx", [("2026-01-03", "Rent", "-900.00", "1"), ("2026-01-04", "Tea", "-2.00", "2")])

    assert (run.lines_new, run.lines_known) == (2, 0)


def test_an_id_that_is_used_again_within_a_day_for_another_amount_is_another_movement(bank):
    bank.ofx("a.ofx", [("2026-01-02", "Bus", "-1.00", "0"), ("2026-01-03", "Rent", "-900.00", "1"),
                       ("2026-01-04", "Bus", "-1.00", "9")])  # fmt: skip

    bank.ofx("b.ofx", [("2026-01-02", "Bus", "-1.00", "0"), ("2026-01-03", "Fee", "-5.00", "1"),
                       ("2026-01-04", "Bus", "-1.00", "9")])  # fmt: skip

    assert [line for line in bank.lines() if line[0] == "2026-01-03"] == [
        ("2026-01-03", "Rent", "-900.00"),
        ("2026-01-03", "Fee", "-5.00"),
    ]


def test_ids_missing_in_half_the_rows_neither_lose_nor_double_a_row(bank):
    def month(bare: int) -> list[tuple[str, str, str, str]]:
        return [
            (f"2026-05-{day:02}", "Coffee", "-3.20", "" if day % 2 == bare else f"id {day}")
            for day in range(1, 21)
        ]

    bank.ofx("even.ofx", month(0))
    run = bank.ofx("odd.ofx", month(1))

    waiting = StatementLine.objects.filter(book=bank.book, hold=Hold.QUESTION).count()
    assert len(bank.lines()) - waiting == 20
    assert run.lines_known >= 18
    assert {f"{day.date}" for day in DayQuestion.objects.filter(book=bank.book)} <= {
        "2026-05-01",
        "2026-05-20",
    }


def test_a_corrected_file_after_a_bad_import_leaves_only_what_is_right(bank):
    rows = [("2026-05-04", "Coffee", "-3.20"), ("2026-05-05", "Bus", "-1.00"), ("2026-05-06", "Tea", "-2.00")]
    good = "\n".join(
        ["Account,Date,Text,Amount,Balance", f"{NUMBER},2026-05-04,Coffee,-3.20,96.80",
         f"{NUMBER},2026-05-05,Bus,-1.00,95.80", f"{NUMBER},2026-05-06,Tea,-2.00,93.80"]
    )  # fmt: skip
    bad = bank.take_in("bad.csv", good.replace("Bus,-1.00", "Bus,-7.00"))
    assert Statement.objects.get(book=bank.book).proof == Proof.DISCREPANCY

    run = bank.take_in("good.csv", good)
    bank.undo(bad)

    assert run.lines_new >= 1
    assert bank.lines() == rows
    assert not StatementLine.objects.filter(book=bank.book).exclude(hold=Hold.NONE).exists()


def test_exports_that_overlap_and_start_in_the_middle_of_a_day_lose_and_double_nothing(bank):
    rows = [
        ("2026-05-03", "Bus", "-1.00"),
        ("2026-05-04", "Coffee", "-3.20"),
        ("2026-05-04", "Lunch", "-12.00"),
        ("2026-05-04", "Coffee", "-3.20"),
        ("2026-05-05", "Bus", "-1.00"),
        ("2026-05-06", "Tea", "-2.00"),
    ]
    bank.csv("whole.csv", rows[:5], opening="100.00")

    bank.csv("from the middle of the day.csv", rows[3:], opening="83.80")

    certain = StatementLine.objects.filter(book=bank.book).exclude(hold=Hold.QUESTION)
    assert sorted((f"{row.date}", row.description, f"{row.amount:.2f}") for row in certain) == sorted(rows)
    assert Sighting.objects.filter(book=bank.book).count() == 8


def test_two_exports_that_each_cut_the_same_day_are_asked_about_and_not_guessed(bank):
    bank.csv("morning.csv", [("2026-05-03", "Bus", "-1.00"), ("2026-05-04", "Coffee", "-3.20")])

    bank.csv("evening.csv", [("2026-05-04", "Coffee", "-3.20"), ("2026-05-05", "Bus", "-1.00")])

    assert [f"{question.date}" for question in DayQuestion.objects.filter(book=bank.book)] == ["2026-05-04"]
    assert StatementLine.objects.filter(book=bank.book, hold=Hold.QUESTION).count() == 1
