"""Which lines of a book a search finds: the search syntax as one condition of PostgreSQL.

It has the words of rules, asked of what a line is now: ``payee:`` is the payee that it names, and a word also stands in
its reference or note. Beside these are the words that no rule has, because they ask what was decided.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial, reduce

from django.db.models import OuterRef, Q, QuerySet

from ledgerflow.asking.selectors import answered_question_about, open_question_about
from ledgerflow.books.models import Book
from ledgerflow.classification.engine import LIKELY, SURE
from ledgerflow.classification.models import ClassificationSplit, LineTag, Source, State, Tag
from ledgerflow.classification.search_text import KEYS, Facts, folded_words, parsed
from ledgerflow.classification.searching import (
    IN,
    Amount,
    And,
    Bank,
    Condition,
    Look,
    Money,
    Not,
    Or,
    Payee,
    Text,
    Weight,
)
from ledgerflow.core import periods
from ledgerflow.core.periods import EARLIEST, LATEST, Period
from ledgerflow.ledger.fiscal import fiscal_year
from ledgerflow.ledger.models import Account
from ledgerflow.payees import models as payees
from ledgerflow.payees.saying import Says
from ledgerflow.statements.models import BankAccount, Sighting
from ledgerflow.statements.receipt_selectors import attached_to

#: The characters that a search may have.
LONGEST_SEARCH = 500
#: The words of a search with what each finds, as the page lists and completes them.
SEARCH_WORDS = (
    ("shell", "the bank's text, reference, payee, note or a part's memo has it, whatever case and accents"),
    ('"corner shop"', "has the phrase"),
    ("payee:amazon,ebay", "the payee's name has one of them"),
    ("account:6400", "the account's number begins so, or its name has it; account:none"),
    ("bank:Savings", "of the bank account"),
    ("money:in", "money in; money:out"),
    ("amount:>100", "of that size, without a sign; amount:10..20, =100.20"),
    ("date:2026-Q1", "of these days; date:2026-03-31, date:>=2026-03, date:last-month, FY2026"),
    ("is:unreviewed", "also accepted, posted, excluded, matched, split, held, pending"),
    ("has:receipt", "also note, tag, question, answer, payee, account, taxline, share"),
    ("#berlin", "with the tag; tag:berlin"),
    ("by:rule", "proposed by a rule; also matched, habit, model, others, agent, person, nobody, promise"),
    ("confidence:<0.8", "so sure; confidence:sure, likely, guess"),
    ("note:kim", "the note has it"),
    ("file:november", "of a file that is called so"),
    ("-refund", "not; -(refund,return)"),
)
_TEXTS = ("line__description", "line__counterparty", "line__reference")
_STATES = {
    "unreviewed": Q(state=State.OPEN),
    "reviewed": ~Q(state=State.OPEN),
    **{state.value: Q(state=state) for state in State},
    "split": Q(is_split=True),
    "pending": Q(line__is_pending=True),
    "held": ~Q(line__hold=""),
}
_SOURCES = {
    **{source.value: Q(source=source) for source in Source},
    "habit": Q(source=Source.MEMORY),
    "others": Q(source=Source.SHARED),
    "nobody": Q(source=Source.NONE),
    "promise": Q(promise__isnull=False),
}
#: How sure a suggestion is, by the word for it.
SURENESS = {
    "sure": Q(confidence__gte=SURE),
    "likely": Q(confidence__gte=LIKELY, confidence__lt=SURE),
    "guess": Q(confidence__gt=0, confidence__lt=LIKELY),
}
#: A browser's list helps with so many names, and a page should not grow with a book.
_PAYEES_COMPLETED = 200
_LOOKUPS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "=": "exact"}
_COMPARED = re.compile(r"(?P<sign>>=|<=|>|<|=)?(?P<rest>.+)")
_SHARE = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3})?)(?P<percent>%?)")
_RELATIVE = re.compile(r"(?P<which>this|last)-(?P<length>month|quarter|year)")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about a line that no rule asks; ``lines`` are those of which it is so."""

    key: str
    word: str
    lines: Q

    def holds(self, look: Look) -> None:
        """Nothing: what the bank says does not tell."""

    def sentence(self) -> str:
        """Say it in words."""
        return f"{self.key} {self.word}"

    def written(self) -> str:
        """Say it in the syntax."""
        return f'{self.key}:"{self.word}"'

    @property
    def weight(self) -> Weight:
        """One condition."""
        return Weight(1, 0)


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody typed, and the classifications that it finds."""

    text: str
    lines: Q


def search_for(*, book: Book, text: str, today: date) -> Search | None:
    """Return the search, nothing where the text asks for nothing; a query for the bank accounts, and one for each name.

    Raises:
        SearchError: it is no search; the error says which word is wrong and where it stands.
    """
    text = text.replace("\0", " ").strip()
    if not text:
        return None
    banks = {name: pk for pk, name in BankAccount.objects.filter(book=book).values_list("pk", "name")}
    condition = parsed(text, banks=banks, facts=_facts(book, today))
    return Search(text, _lines(book, condition))


def completions(*, book: Book) -> list[str]:
    """Return the words with a closed set of values, the keys, and accounts, tags and payees of the book; four queries.

    Of payees those that were met last.
    """
    closed = {"is": _STATES, "has": _having(book), "by": _SOURCES, "confidence": SURENESS}
    banks = BankAccount.objects.filter(book=book).order_by("name")
    accounts = Account.objects.filter(book=book, is_archived=False).order_by("code")
    tags = Tag.objects.filter(book=book).order_by("name")
    named = payees.Payee.objects.filter(book=book).order_by("-pk")[:_PAYEES_COMPLETED]
    return [
        *(f"{key}:" for key in sorted({*KEYS, *_facts(book, EARLIEST)})),
        *(f"{key}:{word}" for key, words in closed.items() for word in words),
        *(f"date:{which}-{length}" for length in ("month", "quarter", "year") for which in ("this", "last")),
        *(Bank(bank.pk, bank.name).written() for bank in banks),
        *(f"account:{account.code}" for account in accounts),
        *(f'account:"{account.name}"' for account in accounts if '"' not in account.name),
        *(f"#{tag.name}" for tag in tags),
        *(Payee(payee.name).written() for payee in named),
        "money:in",
        "money:out",
    ]


def _lines(book: Book, condition: Condition) -> Q:  # noqa: PLR0911 - one for each kind of condition
    match condition:
        case Fact(lines=lines):
            return lines
        case Text(words):
            said = reduce(operator.or_, (Q(Says(column, words)) for column in _TEXTS))
            return said | _payee(book, words) | _note(words) | _memo(book, words)
        case Payee(words):
            return _payee(book, words)
        case Bank(id=pk):
            return Q(line__bank_account_id=pk)
        case Money(direction):
            return Q(line__amount__gt=0) if direction == IN else Q(line__amount__lt=0)
        case Amount(sign, size):
            return _sized(sign, size)
        case Not(inner):
            return ~_lines(book, inner)
        case And(conditions):
            return reduce(operator.and_, map(partial(_lines, book), conditions), Q())
        case Or(conditions):
            return reduce(operator.or_, map(partial(_lines, book), conditions))
    raise TypeError(condition)


def _payee(book: Book, words: str) -> Q:
    """Return the lines whose payee's name has the words; the names are looked through once, and not for each line."""
    return Q(payee__in=payees.Payee.objects.filter(Says("name", words), book=book).values("pk"))


def _note(words: str) -> Q:
    return ~Q(note="") & Q(Says("note", words))


def _memo(book: Book, words: str) -> Q:
    """Return the lines of which the memo of a part has the words."""
    return Q(is_split=True, line_id__in=_parts(book).filter(Says("memo", words)).values("classification_id"))


def _sized(sign: str, size: Decimal) -> Q:
    """Return the lines whose amount, without its sign, compares so."""
    up = Q(**{f"line__amount__{_LOOKUPS[sign]}": size})
    mirrored = _LOOKUPS[sign.translate(str.maketrans("<>", "><"))]
    down = Q(**{f"line__amount__{mirrored}": -size})
    return up & down if sign.startswith("<") else up | down


def _facts(book: Book, today: date) -> Facts:
    """Return what each key makes of the word behind it."""
    kinds: dict[str, Callable[[str], Q]] = {
        "account": partial(_account, book),
        "date": partial(_date, book, today),
        "is": partial(_one_of, _STATES),
        "has": partial(_one_of, _having(book)),
        "tag": partial(_tag, book),
        "by": partial(_one_of, _SOURCES),
        "confidence": _confidence,
        "note": lambda word: _note(folded_words(word)),
        "file": partial(_file, book),
    }
    return {key: partial(_fact, key, made) for key, made in kinds.items()}


def _fact(key: str, made: Callable[[str], Q], word: str) -> Condition:
    return Fact(key, word, made(word))


def _having(book: Book) -> Mapping[str, Q]:
    line = OuterRef("line")
    return {
        "receipt": Q(attached_to(book=book, line=line)),
        "question": Q(open_question_about(book=book, line=line)),
        "answer": Q(answered_question_about(book=book, line=line)),
        "tag": Q(line_id__in=LineTag.objects.filter(book=book).values("line_id")),
        "note": ~Q(note=""),
        "payee": Q(payee__isnull=False),
        "account": Q(account__isnull=False) | Q(is_split=True),
        "share": Q(business_share__isnull=False),
        "taxline": ~Q(tax_line="")
        | Q(line_id__in=_parts(book).exclude(tax_line="").values("classification_id")),
    }


def _one_of(words: Mapping[str, Q], word: str) -> Q:
    if word.lower() not in words:
        raise ValueError(f"Here stands one of {', '.join(words)}")
    return words[word.lower()]


def _parts(book: Book) -> QuerySet[ClassificationSplit]:
    return ClassificationSplit.objects.filter(book=book)


def _account(book: Book, word: str) -> Q:
    if word.lower() == "none":
        return Q(account__isnull=True, is_split=False)
    named = Q(code__istartswith=word)
    # Signs that are folded away leave no word, which every name would have.
    if words := folded_words(word):
        named |= Q(Says("name", words))
    accounts = list(Account.objects.filter(named, book=book).values_list("pk", flat=True))
    if not accounts:
        raise ValueError("No account has a number that begins so, or this in its name")
    parts = _parts(book).filter(account__in=accounts)
    return Q(account__in=accounts) | Q(is_split=True, line_id__in=parts.values("classification_id"))


def _tag(book: Book, word: str) -> Q:
    tag = Tag.objects.filter(book=book, name__iexact=word.removeprefix("#")).first()
    if tag is None:
        raise ValueError("No tag is called so")
    return Q(line_id__in=LineTag.objects.filter(book=book, tag=tag).values("line_id"))


def _file(book: Book, word: str) -> Q:
    shown = Sighting.objects.filter(Says("statement__document__name", folded_words(word)), book=book)
    return Q(line_id__in=shown.values("line_id"))


def _confidence(word: str) -> Q:
    if word.lower() in SURENESS:
        return SURENESS[word.lower()]
    match = _COMPARED.fullmatch(word)
    share = _SHARE.fullmatch(match["rest"]) if match else None
    if match is None or share is None:
        raise ValueError("Confidence is written as <0.8, >=80% or sure, likely, guess")
    number = Decimal(share["number"]) / (100 if share["percent"] else 1)
    if number > 1:
        raise ValueError("Confidence goes from 0 to 1, or to 100%")
    return Q(**{f"confidence__{_LOOKUPS[match['sign'] or '=']}": number})


def _date(book: Book, today: date, word: str) -> Q:
    first, to, last = word.partition("..")
    if to:
        asked = Period(_period(book, today, first).first, _period(book, today, last).last)
        if asked.first > asked.last:
            raise ValueError("The days end before they begin")
        return Q(line__date__range=(asked.first, asked.last))
    match = _COMPARED.fullmatch(word)
    sign, rest = (match["sign"] or "=", match["rest"]) if match else ("=", "")
    period = _period(book, today, rest)
    days = {
        ">": (period.last + timedelta(days=1), LATEST),
        ">=": (period.first, LATEST),
        "<": (EARLIEST, period.first - timedelta(days=1)),
        "<=": (EARLIEST, period.last),
    }
    return Q(line__date__range=days.get(sign, (period.first, period.last)))


def _period(book: Book, today: date, word: str) -> Period:
    """Return the days that a person names: a day, month, quarter, year, fiscal year, or one of these from today on."""
    word = word.strip().lower()
    if word in {"today", "yesterday"}:
        day = today - timedelta(days=word == "yesterday")
        return Period(day, day)
    try:
        if match := _RELATIVE.fullmatch(word):
            period = _of_length(match["length"], today)
            return periods.before(period) if match["which"] == "last" else period
        if word.startswith("fy"):
            year = periods.typed(word.removeprefix("fy")).first.year
            return fiscal_year(book=book, ending_in=year)
        if word.count("-") > 1:
            day = date.fromisoformat(word)
            # The year of a day outside of all periods is refused as one that is typed.
            return Period(day, day) if EARLIEST <= day <= LATEST else periods.typed(word)
        return periods.typed(word)
    except ValueError:
        raise ValueError(
            "A date is written as 2026, 2026-Q1, 2026-03, 2026-03-31, FY2026, this-month, last-year or 2026-01..2026-03"
        ) from None


def _of_length(length: str, day: date) -> Period:
    if length == "month":
        return periods.months_from(day, 1)
    return periods.quarter_of(day) if length == "quarter" else periods.fiscal_year_of(day, 1)
