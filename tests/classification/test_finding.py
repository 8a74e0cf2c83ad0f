"""The search syntax over lines: what it finds in a book, and which word is wrong where it finds nothing."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.classification.errors import SearchError
from ledgerflow.classification.finding import completions, search_for
from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import SplitPart, change_tags, classify_lines, decide, exclude
from ledgerflow.documents.services import store_document
from ledgerflow.payees.folding import fold
from ledgerflow.payees.saying import Says
from ledgerflow.payees.services import name_payee
from ledgerflow.statements.models import Sighting, Statement
from tests.classification.rows import NOW, Shop
from tests.factories import AccountFactory, BankAccountFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 20)


class Lines:
    """A book with a line of each kind, called by short names."""

    def __init__(self) -> None:
        self.shop = shop = Shop()
        shop.book.fiscal_year_start_month = 4
        shop.book.save()
        savings = BankAccountFactory(book=shop.book, name="Savings")
        rows = {
            "fuel": shop.line("SHELL 5742", "-40.00", date=date(2026, 3, 2)),
            "cafe": shop.line("SQ *Café Zürich", "-12.50", date=date(2026, 4, 1), counterparty="ΟΔΟΣ Straße"),
            "sale": shop.line("Invoice 7", "900.00", date=date(2025, 12, 31), reference="RF18 5390"),
            "split": shop.line("DEPOT", "-100.00", date=date(2026, 1, 15), bank_account=savings),
            "out": shop.line("PRIVATE", "-7.00", date=date(2026, 2, 1)),
            "held": shop.line("LATE  SHOP", "-8.00", date=date(2026, 4, 20), hold="proof"),
        }
        self.ids = {name: line.pk for name, line in rows.items()}
        classify_lines(book=shop.book, line_ids=list(self.ids.values()))
        said = {"book": shop.book, "user": shop.user, "now": NOW}
        decide(line_id=self.ids["fuel"], account=shop.fuel, note="Ferry day", **said)
        decide(line_id=self.ids["cafe"], payee=name_payee(book=shop.book, name="Corner Café"), **said)
        parts = [SplitPart(shop.food, Decimal(-60), "Lunch für Kim"), SplitPart(shop.fuel, Decimal(-40))]
        decide(line_id=self.ids["split"], splits=parts, **said)
        exclude(line_ids=[self.ids["out"]], reason="", **said)
        change_tags(line_ids=[self.ids["fuel"], self.ids["sale"]], add=["Berlin"], remove=[], **said)
        self._shown_in("november.pdf", rows["sale"])
        Shop().line("SHELL 5742")  # of another book

    def _shown_in(self, name, line):
        document = store_document(
            book=self.shop.book, name=name, content=b"x", uploaded_by=self.shop.user, now=NOW
        ).document
        statement = Statement.objects.create(
            book=self.shop.book, document=document, bank_account=self.shop.bank, position=1, format="pdf",
            currency="USD", line_count=1, total=line.amount, proof="UNPROVABLE", imported_at=NOW,
        )  # fmt: skip
        Sighting.objects.create(book=self.shop.book, statement=statement, no=1, line=line, place={"line": 1})

    def found(self, text):
        search = search_for(book=self.shop.book, text=text, today=TODAY)
        found = Classification.objects.filter(search.lines, book=self.shop.book)
        names = {pk: name for name, pk in self.ids.items()}
        return " ".join(sorted(names[pk] for pk in found.values_list("line_id", flat=True)))


def test_every_word_that_is_completed_is_a_search(django_assert_num_queries):
    lines = Lines()
    shop = lines.shop
    AccountFactory(book=shop.book, code="7000", name='Of "old"', is_archived=False)
    name_payee(book=shop.book, name='Joe "the" Baker')

    with django_assert_num_queries(4):
        words = completions(book=shop.book)

    assert {
        "payee:",
        "account:",
        "date:",
        "file:",
        "account:6530",
        'account:"Fuel"',
        "#Berlin",
        "bank:Savings",
    } <= {*words}
    assert 'payee:"Corner Café"' in words
    for word in words:
        if not word.endswith(":"):
            assert search_for(book=shop.book, text=word, today=TODAY)
    assert lines.found('payee:"Corner Café"') == "cafe"


def test_a_search_finds_what_it_says():
    lines = Lines()
    expected = {
        "shell": "fuel",
        "CAFE": "cafe",
        '"cafe zurich"': "cafe",
        "strasse": "cafe",
        "οδος": "cafe",
        '"late shop"': "held",
        "5390": "sale",
        "ferry": "fuel",
        "payee:corner": "cafe",
        "payee:shell,corner": "cafe fuel",
        "-payee:corner -is:excluded": "fuel held sale split",
        "bank:savings": "split",
        "money:in": "sale",
        "amount:>40": "sale split",
        "amount:<=12.5": "cafe held out",
        "=40.00": "fuel",
        "amount:10..40": "cafe fuel",
        "-amount:>8": "held out",
        "account:6530": "fuel split",
        "lunch": "split",
        '-"FUR kim"': "cafe fuel held out sale",
        "account:65": "fuel split",
        "account:meals": "split",
        "-account:fuel": "cafe held out sale",
        "account:none": "cafe held out sale",
        "date:2026-Q1": "fuel out split",
        "date:2026-01": "split",
        "date:2026-04-20": "held",
        "date:today": "held",
        "date:this-month": "cafe held",
        "date:last-month": "fuel",
        "date:last-quarter": "fuel out split",
        "date:last-year": "sale",
        "FY2026": "fuel out sale split",
        "date:fy2027": "cafe held",
        "date:2026-01-15..2026-02": "out split",
        "date:>2026-03": "cafe held",
        "date:>=2026-03-02": "cafe fuel held",
        "date:<2026": "sale",
        "date:<=2026-01": "sale split",
        "is:unreviewed": "cafe held sale",
        "is:accepted": "fuel split",
        "is:split": "split",
        "is:excluded,held": "held out",
        "has:tag": "fuel sale",
        "has:note": "fuel",
        "-has:payee": "",
        "has:receipt,question,answer": "",
        "#berlin": "fuel sale",
        "tag:Berlin -shell": "sale",
        "by:person": "fuel split",
        "by:nobody": "cafe held out sale",
        "by:promise": "",
        "confidence:>0.8": "fuel split",
        "confidence:<80%": "cafe held out sale",
        "confidence:sure": "fuel split",
        "note:ferry": "fuel",
        "file:november": "sale",
        "-file:november.pdf money:in": "",
        "(shell,café) date:2026-03..2026-04": "cafe fuel",
        '"#berlin"': "",
    }

    assert {text: lines.found(text) for text in expected} == expected
    assert search_for(book=lines.shop.book, text="  ", today=TODAY) is None


def test_accounts_are_found_by_how_their_number_begins_and_by_any_word_of_their_name():
    lines = Lines()
    numbers = {"fuel": ("1000.10", "Float"), "sale": ("R-7", "Reserve 2026")}
    for name, (code, title) in numbers.items():
        account = AccountFactory(book=lines.shop.book, code=code, name=title)
        decide(book=lines.shop.book, line_id=lines.ids[name], account=account, user=lines.shop.user, now=NOW)
    expected = {"1000.": "fuel", "1000": "fuel", "r-": "sale", "2026": "sale", "6640": "split"}

    assert {word: lines.found(f"account:{word}") for word in expected} == expected


@pytest.mark.parametrize(
    ("text", "word", "why"),
    [
        ("shell is:lost", "lost", "one of unreviewed"),
        ("has:money", "money", "one of receipt"),
        ("by:magic", "magic", "one of matched"),
        ("confidence:high", "high", "Confidence is written as"),
        ("confidence:2", "2", "from 0 to 1"),
        ("date:soon", "soon", "A date is written as"),
        ("date:2026-02-30", "2026-02-30", "A date is written as"),
        ("date:0001-01-01", "0001-01-01", "A date is written as"),
        ("date:2026-03..2026-01", "2026-03..2026-01", "end before they begin"),
        ("date:..2026", "..2026", "A date is written as"),
        ("FY0000", "FY0000", "A date is written as"),
        ("#nowhere", "#nowhere", "No tag is called so"),
        ("#", "#", "A word is missing"),
        ("account:nothing", "nothing", "No account"),
        ("bank:nowhere", "nowhere", "No bank account"),
        (">100", ">100", "amount:>12.50"),
        ("colour:red", "colour", "payee:, bank:, money:, amount:, account:, date:"),
        ("(shell", "shell", "not closed"),
    ],
)
def test_what_is_no_search_names_the_word(text, word, why):
    with pytest.raises(SearchError, match="letter") as raised:
        search_for(book=Shop().book, text=text, today=TODAY)

    assert why in str(raised.value)
    if word != "shell":
        assert raised.value.word == word
        assert text[raised.value.start :].startswith(word)


def test_it_is_one_query_for_the_banks_and_one_for_each_name():
    shop = Shop()
    with CaptureQueriesContext(connection) as queries:
        search_for(book=shop.book, text="shell payee:x amount:>3 date:2026 is:open has:receipt", today=TODAY)
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        search_for(book=shop.book, text="account:6530 account:6640", today=TODAY)
    assert len(queries) == 3


def test_postgresql_folds_the_letters_of_banks_as_rules_do():
    shop = Shop()
    blocks = [
        (0x20, 0x250),
        (0x370, 0x530),
        (0x5D0, 0x600),
        (0x621, 0x66A),
        (0x1E00, 0x2000),
        (0x2100, 0x2190),
    ]
    letters = [
        chr(code) for first, last in blocks for code in range(first, last)
        if unicodedata.category(chr(code))[0] in "LN" and not unicodedata.combining(chr(code))
    ]  # fmt: skip
    line = shop.line("".join(f"{letter}|" for letter in letters))
    classify_lines(book=shop.book, line_ids=[line.pk])

    said = "".join(f"{fold(letter)}|" for letter in letters)

    assert Classification.objects.filter(Says("line__description", said), line=line).exists()
