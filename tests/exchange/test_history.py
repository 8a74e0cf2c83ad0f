"""Books of Beancount, hledger and GnuCash are taken over to the last digit, or refused with a sentence."""

import gzip
import io
import zlib
from collections import defaultdict
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.exchange.foreign.books import ForeignBookError
from ledgerflow.exchange.foreign.reading import PROGRAMS, program_of
from ledgerflow.exchange.plain_text import write_plain_text
from ledgerflow.exchange.services import import_history
from ledgerflow.exchange.trial_balances import OpeningError
from ledgerflow.ledger.models import Account, EntryText, JournalEntry, PostingBatch
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.ops.verify import problems
from tests.booked import NOW
from tests.exchange.booked_ledgers import booked, our_balances
from tests.exchange.engines import Question, bean_check, beancount, hledger_balances
from tests.exchange.generated_ledgers import DIGITS, LAST_DAY, YEAR_END, Ledger, ledger
from tests.factories import BookFactory, MembershipFactory, UserFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db

BEANCOUNT = """
option "title" "Old books"
option "operating_currency" "USD"
* A heading of an outline
2025-01-01 open Assets:Bank
2025-01-01 open Assets:Bank:Checking  USD
  code: "1000"
2025-01-01 open Equity:Opening-Balances
2025-01-01 open Expenses:Food  ; a remark "in quotes"
2025-01-01 commodity USD
2025-01-02 * "Opening"
  Assets:Bank:Checking  1,000.00 USD
  Equity:Opening-Balances
2025-01-03 ! "Café \\"Nord\\"" "Lunch" #trip ^link
  receipt: "no"
  ! Expenses:Food  12.50 USD
    vat: 2.00
  Assets:Bank:Checking  -12.50 USD
2025-01-04 balance Assets:Bank  987.50 USD
2025-01-05 txn "Abroad"
  Expenses:Food  10.00 EUR @ 1.10 USD
  Assets:Bank:Checking  -11.00 USD
2025-01-06 close Equity:Opening-Balances
"""

HLEDGER = """
; Old books
comment
2025-01-01 * no entry
    a  b
end comment
decimal-mark .
commodity 1,000.00 USD
account Assets:Bank:Checking  ; type:A, code:1000
account Equity:Opening-Balances
2025-01-02 Opening
    Assets:Bank:Checking  $1,000.00
    Equity:Opening-Balances
2025/1/3 ! (7) Café "Nord" | Lunch  ; remark, type:Z
    ; another
    * Expenses:Food  12.50 USD  ; vat:2.00
    Assets:Bank:Checking  -12.50 USD = 987.50 USD
2025-01-05 Abroad
    Expenses:Food  10.00 EUR @ $1.10
    Assets:Bank:Checking
"""


@made_once
def book() -> Book:
    return open_book(name="Acme", base_currency="USD", chart="generic", owner=UserFactory(), now=NOW)


def _take_over(book: Book, program: str, text: str | bytes):
    content = text if isinstance(text, bytes) else text.encode()
    history = PROGRAMS[program](content)
    user = book.memberships.get().user
    return import_history(book=book, name="old", content=content, history=history, user=user, now=NOW)


@pytest.mark.parametrize(("program", "text"), [("beancount", BEANCOUNT), ("hledger", HLEDGER)])
def test_it_takes_over_what_the_books_say(book, program, text):
    taken = _take_over(book, program, text)

    rows = {row.name: row.base_amount for row in trial_balance(book=book, as_of=date(2025, 1, 31)).rows}
    assert rows == {
        "Bank accounts": Decimal("976.50"),
        "Opening-Balances": Decimal(-1000),
        "Food": Decimal("23.50"),
    }
    assert taken.entries == 3
    # The code was that of an account here; a name that was not here got the next code of its type.
    assert {account.name for account in taken.accounts_made} == {"Opening-Balances", "Food"}
    texts = EntryText.objects.filter(book=book).order_by("entry_number").values_list("text", flat=True)
    assert list(texts) == ["Opening", 'Café "Nord": Lunch', "Abroad"]
    assert set(PostingBatch.objects.filter(book=book).values_list("source", flat=True)) == {"history"}
    assert problems(book=book) == []


@pytest.mark.beancount
@pytest.mark.hledger
def test_the_programs_themselves_read_the_same(tmp_path):
    """What is taken over of these books is what Beancount and hledger see in them."""
    paths = {name: tmp_path / f"old.{name}" for name in ("beancount", "hledger")}
    paths["beancount"].write_text(BEANCOUNT)
    paths["hledger"].write_text(HLEDGER.replace("$1.10", "1.10 USD").replace("$1,000.00", "1,000.00 USD"))
    expected = {
        "Assets:Bank:Checking": Decimal("976.50"),
        "Equity:Opening-Balances": Decimal(-1000),
        "Expenses:Food": Decimal("23.50"),
    }

    assert bean_check(paths["beancount"]) == ""
    (answer,) = beancount([Question(paths["beancount"], [LAST_DAY])], ["USD"])
    assert answer.through == [expected]
    assert hledger_balances(paths["hledger"], LAST_DAY) == expected


@pytest.mark.parametrize("seed", range(1, 13))
@pytest.mark.parametrize("program", ["beancount", "hledger"])
def test_what_we_export_comes_back_the_same(program, seed):
    made = ledger(seed)
    user = UserFactory()
    out = io.BytesIO()
    write_plain_text(book=booked(made, user=user), form=program, out=out)
    again = _empty(made)

    _take_over(again, program, out.getvalue())

    for day in (YEAR_END, LAST_DAY):
        assert our_balances(again, day) == made.balances(day)
    assert set(our_balances(again, LAST_DAY)) <= set(made.accounts)


def _empty(made: Ledger) -> Book:
    again = BookFactory(base_currency=made.base)
    MembershipFactory(book=again, user=UserFactory())
    return again


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_gnucash_book_is_taken_over(seed):
    made = ledger(seed)
    again = _empty(made)

    _take_over(again, "gnucash", gzip.compress(_gnucash(made).encode()))

    expected = defaultdict(Decimal)
    for entry in made.entries:
        for line in entry.lines:
            expected[f"{line.account}.{line.currency}"] += Decimal(line.base).scaleb(-DIGITS[made.base])
    assert our_balances(again, LAST_DAY) == {code: total for code, total in expected.items() if total}
    assert problems(book=again) == []


def _gnucash(made: Ledger) -> str:
    """Write the ledger as GnuCash would, where an account is in one currency only."""
    kinds = {
        "asset": "BANK",
        "liability": "CREDIT",
        "equity": "EQUITY",
        "income": "INCOME",
        "expense": "EXPENSE",
    }
    used = {(line.account, line.currency) for entry in made.entries for line in entry.lines}
    accounts = "".join(
        f"<gnc:account><act:name>{escape(made.accounts[code].name)}</act:name>"
        f"<act:id>{escape(code)} {currency}</act:id>"
        f"<act:type>{kinds[made.accounts[code].type]}</act:type><act:code>{escape(code)}.{currency}</act:code>"
        f"<act:commodity><cmdty:space>CURRENCY</cmdty:space><cmdty:id>{currency}</cmdty:id></act:commodity>"
        "<act:parent>root</act:parent></gnc:account>"
        for code, currency in sorted(used)
    )
    transactions = "".join(
        f"<gnc:transaction><trn:currency><cmdty:id>{made.base}</cmdty:id></trn:currency>"
        f"<trn:date-posted><ts:date>{entry.date} 10:59:00 +0000</ts:date></trn:date-posted>"
        f"<trn:description>{escape(entry.text)}</trn:description><trn:splits>"
        + "".join(
            f"<trn:split><split:value>{line.base}/{10 ** DIGITS[made.base]}</split:value>"
            f"<split:quantity>{line.amount}/{10 ** DIGITS[line.currency]}</split:quantity>"
            f"<split:account>{escape(line.account)} {line.currency}</split:account></trn:split>"
            for line in entry.lines
        )
        + "</trn:splits></gnc:transaction>"
        for entry in made.entries
    )
    return _document(
        "<gnc:account><act:name>Root</act:name><act:id>root</act:id><act:type>ROOT</act:type></gnc:account>"
        f"{accounts}{transactions}<gnc:template-transactions><gnc:transaction/></gnc:template-transactions>"
    )


def _document(inside: str) -> str:
    names = ("gnc", "act", "trn", "split", "cmdty", "ts")
    spaces = " ".join(f'xmlns:{name}="http://www.gnucash.org/XML/{name}"' for name in names)
    book = f'<gnc:book version="2.0.0">{inside}</gnc:book>'
    return f'<?xml version="1.0" encoding="utf-8" ?><gnc-v2 {spaces}>{book}</gnc-v2>'


def _bean(*lines: str) -> str:
    opened = "2025-01-01 open Assets:A\n2025-01-01 open Income:B\n"
    return opened + "\n".join(lines) + "\n"


REFUSED = [
    ("beancount", _bean('include "other.beancount"'), "Line 3: “include” computes or fetches"),
    ("beancount", _bean('plugin "beancount.plugins.auto"'), "“plugin” computes"),
    ("beancount", _bean("2025-01-02 pad Assets:A Income:B"), "“pad” computes"),
    ("beancount", _bean('option "name_assets" "Vermoegen"'), "cannot be read"),
    ("beancount", _bean("nonsense"), "Line 3 cannot be read: nonsense"),
    ("beancount", _bean("2025-02-30 close Assets:A"), "2025-02-30 is no day"),
    ("beancount", _bean('2025-01-02 * "x', 'y"'), "does not end on its line"),
    ("beancount", _bean('2025-01-02 * "x"', "  Assets:A  1 HOOL {5 USD}", "  Income:B"), "is no plain line"),
    ("beancount", _bean('2025-01-02 * "x"', "  Assets:A  (1+1) USD", "  Income:B"), "is no plain line"),
    ("beancount", _bean('2025-01-02 * "x"', "  Assets:A  1 USD", "  Assets:A", "  Income:B"), "is not one amount"),
    ("beancount", _bean('2025-01-02 * "x"', "  Assets:A  1 USD", "  Income:B -0.99 USD"), "out of balance by 0.01"),
    ("beancount", _bean('2025-01-02 * "x"', "  Assets:A  1 EUR", "  Income:B -1 EUR"), "what it is in USD"),
    ("beancount", _bean('2025-01-02 * "x"', "  Assets:A  1 USD", "  Income:C -1 USD"), "Income:C is nowhere said"),
    ("beancount", _bean('2025-01-02 * "x"', "  Assets:A  1 HOOLI @ 5 USD", "  Income:B -5 USD"), "currency code"),
    (
        "beancount",
        _bean('2025-01-02 * "x"', "  Assets:A  1 USD", "  Income:B", "2025-01-03 balance Assets:A  2.00 USD"),
        "should stand at 2.00 USD",
    ),
    ("beancount", "2025-01-01 open Assets:A\n", "There is no entry in old"),
    ("beancount", b"2025-01-01 open Assets:\xff", "not in UTF-8 (byte 24)"),
    ("hledger", "include other.journal\n", "“include” changes or fetches"),
    ("hledger", "~ monthly\n    Assets:A  1 USD\n    Income:B\n", "“~” changes or fetches"),
    ("hledger", "= expenses\n    Assets:A  1 USD\n    Income:B\n", "“=” changes or fetches"),
    ("hledger", "decimal-mark ,\n", "decimal point"),
    ("hledger", "commodity 1.000,00 EUR\n", "decimal point"),
    ("hledger", "commodity EUR\n    format 1000, EUR\n", "decimal point"),
    ("hledger", "2025-01-02 x\n    Assets:A  1,000 USD\n    Income:B\n", "thousands or thousandths?"),
    ("hledger", "2025-13-02 x\n    Assets:A  1 USD\n    Income:B\n", "is no day"),
    ("hledger", "2025-01-02 x\n    Assets:A  1,50 EUR\n    Income:B\n", "is no plain line"),
    ("hledger", "2025-01-02 x\n    (Assets:A)  1 USD\n", "is no plain line"),
    ("hledger", "2025-01-02 x\n    Assets:A  = 5 USD\n    Income:B\n", "assigns a balance"),
    ("hledger", "2025-01-02 x\n    Assets:A  5 USD  ; date:2025-01-09\n    Income:B\n", "another day"),
    ("hledger", "2025-01-02 x\n    Gold  5 USD\n    Income:B\n", "of which type is the account Gold?"),
    ("hledger", "2025-01-02 x\n    Assets:A  5 USD = 6 USD\n    Income:B\n", "should stand at 6 USD"),
    ("gnucash", "<gnc-v2/>", "This is no GnuCash book"),
    ("gnucash", "hello", "cannot be read as XML"),
    ("gnucash", '<!DOCTYPE x [<!ENTITY a "b">]><gnc-v2>&a;</gnc-v2>', "cannot be read as XML"),
    ("gnucash", b"\x1f\x8bnonsense", "packed and damaged"),
    (
        "gnucash",
        _document("<gnc:account><act:name>Gold</act:name><act:id>1</act:id><act:type>GOLD</act:type></gnc:account>"),
        "Gold is of the type GOLD",
    ),
    (
        "gnucash",
        _document(
            "<gnc:transaction><trn:description>x</trn:description><trn:date-posted><ts:date>2025-01-02</ts:date>"
            "</trn:date-posted><trn:splits><trn:split><split:account>9</split:account></trn:split></trn:splits>"
            "</gnc:transaction>"
        ),
        "on an account that the book does not have",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("program", "text", "sentence"), REFUSED, ids=[f"{each[0]} {each[2]}" for each in REFUSED]
)
def test_what_cannot_be_taken_over_is_refused_with_a_sentence(book, program, text, sentence):
    with pytest.raises(LedgerFlowError) as refusal:
        _take_over(book, program, text)

    assert sentence in str(refusal.value)
    assert not JournalEntry.objects.filter(book=book).exists()


def test_an_account_of_another_type_is_not_mixed_up(book):
    text = BEANCOUNT.replace("Assets:Bank:Checking", "Liabilities:Card")

    with pytest.raises(ForeignBookError, match="which is Bank accounts here and of another type"):
        _take_over(book, "beancount", text.replace("balance Assets:Bank ", "balance Liabilities:Card "))


def test_a_book_is_begun_once(book):
    _take_over(book, "beancount", BEANCOUNT)

    with pytest.raises(OpeningError, match="was opened by entry 1"):
        _take_over(book, "hledger", HLEDGER)


def test_a_book_that_unpacks_to_too_much_is_refused(book, monkeypatch):
    monkeypatch.setattr("ledgerflow.exchange.foreign.gnucash._LARGEST", 1_000)
    packed = zlib.compress(b" " * 100_000, wbits=31)

    with pytest.raises(ForeignBookError, match="larger than 200 MB"):
        PROGRAMS["gnucash"](packed)


@pytest.mark.parametrize(
    ("name", "program"),
    [("a.beancount", "beancount"), ("A.Journal", "hledger"), ("a.gnucash", "gnucash"), ("a.csv", None)],
)
def test_the_name_says_whose_books_they_are(name, program):
    assert program_of(name) == program


def test_an_account_here_of_the_same_name_and_type_is_used(book):
    here = Account.objects.create(book=book, code="6999", name="Food", type="expense")

    _take_over(book, "beancount", BEANCOUNT)

    assert our_balances(book, date(2025, 1, 31))[here.code] == Decimal("23.50")
