"""A book as a Beancount file."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import chain

from ledgerflow.core.money import minor_digits
from ledgerflow.exchange.assertions import Assertion
from ledgerflow.exchange.contents import Contents, decimal_text, next_day, one_line, postings
from ledgerflow.exchange.entries import ExportedEntry
from ledgerflow.exchange.tag_names import beancount_tags


def beancount_lines(contents: Contents) -> Iterator[str]:
    """Yield the lines of a file that ``bean-check`` accepts, each with its line break."""
    for block in chain(_head(contents), _accounts(contents), _journal(contents)):
        yield from (f"{line}\n" for line in block)
        yield "\n"


def _head(contents: Contents) -> Iterator[list[str]]:
    base = contents.book.base_currency
    # A total becomes a price a unit, whose division may leave less than half of the smallest coin.
    half_a_coin = Decimal(5).scaleb(-minor_digits(base) - 1)
    yield [
        f'option "title" {_quoted(contents.book.name)}',
        f'option "operating_currency" "{base}"',
        f'option "inferred_tolerance_default" "{base}:{half_a_coin:f}"',
        f"; {contents.about_the_chain}",
    ]
    yield [f"{contents.first_day} commodity {currency}" for currency in contents.currencies]


def _accounts(contents: Contents) -> Iterator[list[str]]:
    for account in contents.accounts:
        yield [
            f"{contents.opened[account.pk]} open {contents.names[account.pk]}",
            f"  code: {_quoted(account.code)}",
            f"  name: {_quoted(account.name)}",
        ]


def _journal(contents: Contents) -> Iterator[list[str]]:
    tags = beancount_tags(contents.tags)
    for each in contents.timeline():
        if isinstance(each, ExportedEntry):
            yield list(_entry(each, contents, tags))
        else:
            yield list(_balance(each, contents))


def _entry(entry: ExportedEntry, contents: Contents, tags: Mapping[str, str]) -> Iterator[str]:
    payee = f"{_quoted(entry.payee)} " if entry.payee else ""
    tagged = "".join(f" #{tags[name]}" for name in entry.tags)
    yield f"{entry.date} * {payee}{_quoted(entry.narration)}{tagged}"
    yield f"  entry: {entry.number}"
    if entry.reverses_number is not None:
        yield f"  reverses: {entry.reverses_number}"
    if any(tags[name] != name for name in entry.tags):
        yield f"  tags: {_quoted(' '.join(entry.tags))}"
    if entry.document_date is not None:
        yield f"  document-date: {entry.document_date}"
    if entry.origin is not None:
        yield f"  bank-text: {_quoted(entry.origin.description)}"
        yield f"  file: {_quoted(entry.origin.document_name)}"
        yield f"  sha256: {_quoted(entry.origin.document_sha256)}"
        yield f"  place: {_quoted(entry.origin.place)}"
    base = contents.book.base_currency
    for posting in postings(entry, base):
        line = f"  {contents.names[posting.account_id]}  {decimal_text(posting.amount, posting.currency)}"
        total = "" if posting.total is None else f" @@ {decimal_text(posting.total, base)} {base}"
        yield f"{line} {posting.currency}{total}"


def _balance(assertion: Assertion, contents: Contents) -> Iterator[str]:
    """A balance is asserted for the beginning of a day, so what stands at the end of one is said on the next."""
    amount = decimal_text(assertion.amount, assertion.currency)
    if not assertion.missing and assertion.date == date.max:
        yield f"; Not asserted: {one_line(assertion.what)}; there is no day after {assertion.date}."
    elif assertion.missing:
        yield (
            f"; Not asserted: {one_line(assertion.what)} at the end of {assertion.date}, {amount} {assertion.currency} "
            f"in {one_line(assertion.document_name)}: {assertion.missing}"
        )
    else:
        # Without a tolerance of its own, Beancount would let a cent pass.
        name = contents.names[assertion.account_id]
        yield f"{next_day(assertion.date)} balance {name}  {amount} ~ 0 {assertion.currency}"
        yield f"  statement: {_quoted(f'{assertion.what} in {assertion.document_name}')}"
        yield f"  sha256: {_quoted(assertion.document_sha256)}"


def _quoted(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
