"""What the exports say, entry by entry; whether other programs take them is asked in test_three_engines."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.classification.services import change_tags, decide
from ledgerflow.exchange.assertions import assertions
from ledgerflow.exchange.plain_text import PLAIN_TEXTS, Written, write_plain_text
from ledgerflow.exchange.tag_names import beancount_tags
from ledgerflow.ledger.models import Account, BatchSource, ChainLink
from ledgerflow.ledger.selectors.chain import anchored_batch, chain_head
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, post_entries
from ledgerflow.posting.services import EntryLine, date_document, post_lines, post_manual_entry, reverse_entry
from ledgerflow.reconciliation.services import make_match
from ledgerflow.reconciliation.values import Kind
from ledgerflow.statements.models import Hold, StatementLine
from tests.booked import FIRST_DAY, NOW, BookedFile
from tests.exchange.archives import as_at_commit

pytestmark = pytest.mark.django_db


def _text(file: BookedFile, form: str) -> str:
    out = io.BytesIO()
    write_plain_text(book=file.book, form=form, out=out)
    return out.getvalue().decode()


def _written(file: BookedFile) -> Written:
    return write_plain_text(book=file.book, form="beancount", out=io.BytesIO())


def _bring_forward(file: BookedFile, amount: str = "1000", day: date = FIRST_DAY - timedelta(days=1)) -> None:
    opening = Account.objects.get(book=file.book, role="opening")
    lines = [EntryLine(file.bank.ledger_account, Decimal(amount)), EntryLine(opening, -Decimal(amount))]
    post_manual_entry(book=file.book, date=day, lines=lines, text="Brought forward", user=file.owner, now=NOW)


def test_an_entry_names_its_line_of_the_bank_and_the_place_in_the_file():
    file = BookedFile(1)

    entry = next(block for block in _text(file, "beancount").split("\n\n") if "Shop 1" in block)

    assert entry.splitlines() == [
        '2026-01-05 * "Shop 1" "Shop 1"',
        "  entry: 1",
        '  bank-text: "Shop 1"',
        '  file: "january.csv"',
        f'  sha256: "{file.document.sha256}"',
        '  place: "line 2"',
        "  Assets:1010-Checking  -1.00 USD",
        "  Expenses:5000-Cost-of-goods-sold  1.00 USD",
    ]


def test_tags_and_the_date_of_a_document_go_along_under_names_that_each_program_takes():
    file = BookedFile(2)
    tags = ["travel", "Köln", "date"]
    change_tags(book=file.book, line_ids=file.line_ids[:1], add=tags, user=file.owner, now=NOW)
    date_document(book=file.book, line_id=file.line_ids[0], date=date(2025, 12, 30), user=file.owner, now=NOW)

    beancount, hledger, table = (_text(file, form) for form in ("beancount", "hledger", "csv"))

    assert '2026-01-05 * "Shop 1" "Shop 1" #Koln #date #travel\n' in beancount
    assert '  tags: "Köln date travel"\n  document-date: 2025-12-30\n' in beancount
    assert '2026-01-06 * "Shop 2" "Shop 2"\n' in beancount
    assert "    ; Köln:, date-:, travel:\n    ; document-date:2025-12-30\n" in hledger
    first, second = (row for row in csv.DictReader(io.StringIO(table)) if row["line"] == "1")
    assert (first["tags"], first["document_date"]) == ("Köln date travel", "2025-12-30")
    assert (second["tags"], second["document_date"]) == ("", "")


def test_no_two_tags_are_called_alike():
    named = beancount_tags(["Köln", "Koln", "日本", "中国", "R&D", "a/b.c"])

    assert list(named.values()) == ["Koln", "Koln-2", "tag", "tag-2", "R-D", "a/b.c"]


@pytest.mark.parametrize("form", ["beancount", "hledger"])
def test_a_comment_says_where_the_hash_chain_ends(form):
    file = BookedFile(1)
    as_at_commit()

    head = chain_head(book=file.book)
    assert head.batch_no == 1
    said = f"; The hash chain of the journal ends with batch 1 at {head.digest}"
    assert said in _text(file, form).split("\n\n")[0].splitlines()


def test_each_line_of_the_table_has_the_link_of_its_batch():
    file = BookedFile(2)
    _bring_forward(file)
    as_at_commit()

    rows = list(csv.DictReader(io.StringIO(_text(file, "csv"))))

    links = ChainLink.objects.filter(book=file.book).order_by("batch_no")
    digests = [bytes(link.digest).hex()[:32] for link in links]
    by_entry = {row["entry"]: (row["batch"], row["batch_digest"]) for row in rows}
    assert by_entry == {"1": ("1", digests[0]), "2": ("1", digests[0]), "3": ("2", digests[1])}
    assert anchored_batch(book=file.book, anchor=by_entry["3"][1]) == 2


def test_both_balances_of_a_proven_statement_are_asserted():
    file = BookedFile(3)
    _bring_forward(file)

    beancount, hledger = _text(file, "beancount"), _text(file, "hledger")

    assert _written(file) == Written(asserted=2, left_out=0)
    # At the beginning of a day in Beancount, at the end of one in hledger.
    assert "2026-01-05 balance Assets:1010-Checking  1000.00 ~ 0 USD" in beancount
    assert "2026-01-08 balance Assets:1010-Checking  994.00 ~ 0 USD" in beancount
    ends = [block.splitlines() for block in hledger.split("\n\n") if " = " in block]
    assert [(block[0][:10], block[-1].split(" = ")[1]) for block in ends] == [
        ("2026-01-04", "1000.00 USD"),
        ("2026-01-07", "994.00 USD"),
    ]


def test_a_line_that_an_entry_by_hand_stands_for_is_not_missing():
    file = BookedFile(2, is_posted=False)
    _bring_forward(file)
    decide(book=file.book, line_id=file.line_ids[0], user=file.owner, now=NOW, account=file.expense)
    post_lines(book=file.book, line_ids=[file.line_ids[0]], posted_by=file.owner, posted_at=NOW)
    number = post_manual_entry(
        book=file.book,
        date=FIRST_DAY + timedelta(days=1),
        lines=[EntryLine(file.bank.ledger_account, Decimal(-2)), EntryLine(file.expense, Decimal(2))],
        text="By hand",
        user=file.owner,
        now=NOW,
    )
    assert "1 line of the account up to this day stands in no entry." in _text(file, "beancount")

    make_match(
        bank_account=file.bank,
        line_ids=[file.line_ids[1]],
        entry_lines=[(number, 1)],
        kind=Kind.HAND,
        user=file.owner,
        now=NOW,
    )

    assert _written(file) == Written(asserted=2, left_out=0)


def test_a_balance_is_left_out_with_its_reason_where_a_line_is_not_posted():
    file = BookedFile(3, is_posted=False)
    _bring_forward(file)
    decide(book=file.book, line_id=file.line_ids[0], user=file.owner, now=NOW, account=file.expense)

    assert _written(file) == Written(asserted=1, left_out=1)
    for form in ("beancount", "hledger"):
        assert (
            "; Not asserted: Closing balance of Checking at the end of 2026-01-07, 994.00 USD in january.csv: "
            "3 lines of the account up to this day stand in no entry.\n"
        ) in _text(file, form)


def test_a_balance_is_left_out_with_its_reason_where_the_books_say_otherwise():
    file = BookedFile(3)
    _bring_forward(file, "900")

    assert _written(file) == Written(asserted=0, left_out=2)
    assert (
        "; Not asserted: Opening balance of Checking at the end of 2026-01-04, 1000.00 USD in january.csv: "
        "the books say 900.00 USD, the statement 1,000.00 USD.\n"
    ) in _text(file, "hledger")


def test_nothing_is_asserted_of_a_statement_that_does_not_prove():
    file = BookedFile(3, closing=Decimal(5), is_posted=False)
    _bring_forward(file)

    assert _written(file) == Written(asserted=0, left_out=0)


def test_a_reversal_names_what_it_takes_back():
    file = BookedFile(1)
    reverse_entry(book=file.book, number=1, date=FIRST_DAY, reason="Wrong shop", user=file.owner, now=NOW)

    assert "  entry: 2\n  reverses: 1\n" in _text(file, "beancount")
    assert "* (2) Wrong shop\n    ; reverses:1\n" in _text(file, "hledger")


def _foreign(file: BookedFile, amount: str, base: str) -> list[str]:
    """Post a line in euros on an account that takes every currency; return its parts in the exports."""
    euros = Account.objects.create(book=file.book, code="1800", name="Abroad", type="asset")
    lines = (
        LineDraft(euros.pk, "EUR", Decimal(amount), Decimal(base)),
        LineDraft(file.expense.pk, "USD", -Decimal(base), -Decimal(base)),
    )
    entry = EntryDraft(date=FIRST_DAY, lines=lines, text="Trip")
    post_entries(book=file.book, source=BatchSource.MANUAL, entries=[entry], posted_by=None, posted_at=NOW)
    return [
        line.strip() for line in _text(file, "beancount").splitlines() if line.startswith("  Assets:1800")
    ]


@pytest.mark.parametrize(
    ("amount", "base", "parts"),
    [
        ("10", "11.03", ["10.00 EUR @@ 11.03 USD"]),
        ("-10", "-11.03", ["-10.00 EUR @@ 11.03 USD"]),
        ("0", "11.03", ["11.03 USD"]),
        ("10", "0", ["10.00 EUR @@ 0.00 USD"]),
        ("10", "-11.03", ["10.00 EUR @@ 0.00 USD", "-11.03 USD"]),
    ],
)
def test_a_foreign_line_carries_its_exact_base_amount(amount, base, parts):
    shown = _foreign(BookedFile(1), amount, base)

    assert shown == [f"Assets:1800-Abroad  {part}" for part in parts]


def test_words_of_others_stay_words():
    file = BookedFile(1)
    lines = [EntryLine(file.expense, Decimal(1)), EntryLine(file.bank.ledger_account, Decimal(-1))]
    text = '* "x" \\ ; date:2026-99-99, |\n2026-01-01 open'
    post_manual_entry(book=file.book, date=FIRST_DAY, lines=lines, text=text, user=file.owner, now=NOW)

    assert '2026-01-05 * "* \\"x\\" \\\\ ; date:2026-99-99, | 2026-01-01 open"\n' in _text(file, "beancount")
    assert '2026-01-05 * (2) * "x" \\ \uff1b date:2026-99-99, \uff5c 2026-01-01 open\n' in _text(
        file, "hledger"
    )


def test_the_table_has_every_line_with_its_account_and_origin():
    file = BookedFile(1)
    lines = [EntryLine(file.expense, Decimal(1)), EntryLine(file.bank.ledger_account, Decimal(-1))]
    post_manual_entry(book=file.book, date=FIRST_DAY, lines=lines, text="=1+1", user=file.owner, now=NOW)

    rows = list(csv.DictReader(io.StringIO(_text(file, "csv"))))

    assert [(row["entry"], row["line"], row["account_code"], row["amount"]) for row in rows] == [
        ("1", "1", "1010", "-1.00"),
        ("1", "2", "5000", "1.00"),
        ("2", "1", "5000", "1.00"),
        ("2", "2", "1010", "-1.00"),
    ]
    assert rows[0]["sha256"] == file.document.sha256
    assert rows[0]["place"] == "line 2"
    # A spreadsheet does not compute it.
    assert rows[2]["text"] == "'=1+1"


@pytest.mark.parametrize("form", list(PLAIN_TEXTS))
def test_an_empty_book_is_exported(form):
    file = BookedFile(1, is_posted=False)

    assert _text(file, form)


@pytest.mark.parametrize("form", list(PLAIN_TEXTS))
def test_a_large_book_asks_as_many_questions_as_a_small_one(form):
    small, large = BookedFile(1), BookedFile(40)
    as_at_commit()
    asked = []
    for file in (small, large):
        with CaptureQueriesContext(connection) as captured:
            _text(file, form)
        asked.append(len(captured))

    assert asked[0] == asked[1] <= 19


def test_a_line_that_is_here_under_another_day_is_missing_in_no_balance():
    file = BookedFile(2)
    _, _, (again,) = file.take_in([Decimal(-1)], name="again.csv", first=date(2026, 1, 20))
    assert any("in no entry" in each.missing for each in assertions(book=file.book))

    StatementLine.objects.filter(pk=again).update(hold=Hold.TWIN)

    assert not any("in no entry" in each.missing for each in assertions(book=file.book))
