"""What an export of a book for another program says, whatever the program."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from heapq import merge

from django.db.models import Min

from ledgerflow.books.models import Book
from ledgerflow.classification.tag_selectors import tags_of
from ledgerflow.core.money import minor_digits
from ledgerflow.exchange.account_names import account_names
from ledgerflow.exchange.assertions import Assertion, assertions
from ledgerflow.exchange.entries import ExportedEntry, exported_entries
from ledgerflow.ledger.models import Account, JournalLine
from ledgerflow.ledger.selectors.chain import ChainHead, chain_head


@dataclass(frozen=True, slots=True)
class Contents:
    """A book's accounts and assertions; entries follow one by one in :meth:`timeline`.

    ``opened`` is the day on which each account is first spoken of, for accounts without lines that of the book.
    ``tags`` are the names of the book's tags, in the order in which they came.
    """

    book: Book
    accounts: Sequence[Account]
    names: Mapping[int, str]
    opened: Mapping[int, date]
    currencies: Sequence[str]
    assertions: Sequence[Assertion]
    head: ChainHead
    tags: Sequence[str] = ()

    @property
    def about_the_chain(self) -> str:
        """Where the book's hash chain ends: what `ledgerflow verify --anchor` takes, in a sentence for a comment."""
        return f"The hash chain of the journal ends with batch {self.head.batch_no} at {self.head.digest}"

    @property
    def first_day(self) -> date:
        """The earliest day that the export speaks of."""
        return min(self.opened.values(), default=self.book.created_at.date())

    def timeline(self) -> Iterator[ExportedEntry | Assertion]:
        """Yield entries by date and number; what stands at the end of a day follows the entries of that day."""
        entries: Iterator[ExportedEntry | Assertion] = exported_entries(book=self.book)
        yield from merge(entries, self.assertions, key=_place_in_time)


def _place_in_time(each: ExportedEntry | Assertion) -> tuple[date, bool]:
    return each.date, isinstance(each, Assertion)


def contents(*, book: Book) -> Contents:
    """Read what an export begins with; nine queries at most. The caller's transaction should be a snapshot."""
    accounts = list(Account.objects.filter(book=book).order_by("code"))
    lines = JournalLine.objects.filter(book=book)
    used = dict(lines.values_list("account_id").annotate(first=Min("date")).order_by())
    currencies = set(lines.order_by().values_list("currency", flat=True).distinct())
    found = assertions(book=book)
    for each in found:
        # The opening balance of a first statement stands on the day before the first entry.
        day = each.date if not each.missing else None
        if day is not None:
            used[each.account_id] = min(used.get(each.account_id, day), day)
    first_day = min(used.values(), default=book.created_at.date())
    return Contents(
        book=book,
        accounts=accounts,
        names=account_names(accounts),
        opened={account.pk: used.get(account.pk, first_day) for account in accounts},
        currencies=sorted(currencies | {each.currency for each in found} | {book.base_currency}),
        assertions=found,
        head=chain_head(book=book),
        tags=[tag.name for tag in sorted(tags_of(book=book), key=lambda tag: tag.pk)],
    )


@dataclass(frozen=True, slots=True)
class Posting:
    """A part of an entry as plain-text programs take it: an amount and, where it is foreign, its total in the base."""

    account_id: int
    amount: Decimal
    currency: str
    total: Decimal | None = None


def postings(entry: ExportedEntry, base_currency: str) -> Iterator[Posting]:
    """Yield the entry's parts. The total of a foreign part has no sign of its own: it has that of the amount.

    Where amount and base amount have not the same sign, or one of them is zero, one price cannot say both, so the line
    becomes two: the foreign amount for nothing, and the base amount.
    """
    for line in entry.lines:
        if line.currency == base_currency:
            yield Posting(line.account_id, line.base_amount, base_currency)
        elif line.amount * line.base_amount > 0:
            yield Posting(line.account_id, line.amount, line.currency, abs(line.base_amount))
        else:
            if line.amount:
                yield Posting(line.account_id, line.amount, line.currency, Decimal(0))
            if line.base_amount or not line.amount:
                yield Posting(line.account_id, line.base_amount, base_currency)


def decimal_text(amount: Decimal, currency: str) -> str:
    """Return the amount with its currency's digits, or with more where it has more, without separators."""
    exponent = amount.normalize().as_tuple().exponent
    digits = max(minor_digits(currency), -exponent if isinstance(exponent, int) else 0)
    return f"{amount:.{digits}f}"


def next_day(day: date) -> date:
    """Return the day after."""
    return day + timedelta(days=1)


def one_line(text: str) -> str:
    """Return the text without line breaks and characters that are not to be seen."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
