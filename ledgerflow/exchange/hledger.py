"""A book as an hledger journal."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

from ledgerflow.exchange.assertions import Assertion
from ledgerflow.exchange.contents import Contents, decimal_text, one_line, postings
from ledgerflow.exchange.entries import ExportedEntry
from ledgerflow.exchange.tag_names import hledger_tag
from ledgerflow.ledger.models import AccountType

_TYPES = {
    AccountType.ASSET: "A",
    AccountType.LIABILITY: "L",
    AccountType.EQUITY: "E",
    AccountType.INCOME: "R",
    AccountType.EXPENSE: "X",
}
#: A semicolon begins a comment; in one, ``word:`` begins a tag, which could be a date or a type, and a comma ends it; a
#: bar divides payee from note. What others wrote must do none of that, so it gets the wide form of these signs.
_WIDE = str.maketrans(
    {
        ";": "\N{FULLWIDTH SEMICOLON}",
        ":": "\N{FULLWIDTH COLON}",
        ",": "\N{FULLWIDTH COMMA}",
        "|": "\N{FULLWIDTH VERTICAL LINE}",
    }
)
_IN_DESCRIPTIONS = {sign: wide for sign, wide in _WIDE.items() if chr(sign) in ";|"}


def hledger_lines(contents: Contents) -> Iterator[str]:
    """Yield the lines of a journal that ``hledger check -s`` accepts, each with its line break."""
    for block in chain(_head(contents), _journal(contents)):
        yield from (f"{line}\n" for line in block)
        yield "\n"


def _head(contents: Contents) -> Iterator[list[str]]:
    yield [f"; {one_line(contents.book.name)}", f"; {contents.about_the_chain}", "decimal-mark ."]
    yield [f"commodity {_sample(currency)} {currency}" for currency in contents.currencies]
    yield [
        f"account {contents.names[account.pk]}  ; type:{_TYPES[AccountType(account.type)]}, "
        f"code:{_in_comment(account.code)}, name:{_in_comment(account.name)}"
        for account in contents.accounts
    ]


def _sample(currency: str) -> str:
    """Return an amount that shows the currency's digits; hledger wants a decimal mark in it, digits or not."""
    shown = decimal_text(Decimal(1000), currency)
    return shown if "." in shown else f"{shown}."


def _journal(contents: Contents) -> Iterator[list[str]]:
    for each in contents.timeline():
        if isinstance(each, ExportedEntry):
            yield list(_entry(each, contents))
        else:
            yield list(_balance(each, contents))


def _entry(entry: ExportedEntry, contents: Contents) -> Iterator[str]:
    # Mark and code stand before the words, so that words which begin like one are not taken for it.
    payee = f"{_in_description(entry.payee)} | " if entry.payee else ""
    yield f"{entry.date} * ({entry.number}) {payee}{_in_description(entry.narration)}".rstrip()
    if entry.reverses_number is not None:
        yield f"    ; reverses:{entry.reverses_number}"
    if entry.tags:
        yield "    ; " + ", ".join(f"{hledger_tag(name)}:" for name in entry.tags)
    if entry.document_date is not None:
        yield f"    ; document-date:{entry.document_date}"
    if entry.origin is not None:
        yield f"    ; bank-text:{_in_comment(entry.origin.description)}"
        yield f"    ; file:{_in_comment(entry.origin.document_name)}"
        yield f"    ; sha256:{entry.origin.document_sha256}"
        yield f"    ; place:{_in_comment(entry.origin.place)}"
    base = contents.book.base_currency
    for posting in postings(entry, base):
        line = f"    {contents.names[posting.account_id]}  {decimal_text(posting.amount, posting.currency)}"
        total = "" if posting.total is None else f" @@ {decimal_text(posting.total, base)} {base}"
        yield f"{line} {posting.currency}{total}"


def _balance(assertion: Assertion, contents: Contents) -> Iterator[str]:
    """A line of nothing asserts what stands on the account behind everything of the day."""
    amount = decimal_text(assertion.amount, assertion.currency)
    if assertion.missing:
        yield (
            f"; Not asserted: {one_line(assertion.what)} at the end of {assertion.date}, {amount} {assertion.currency} "
            f"in {one_line(assertion.document_name)}: {assertion.missing}"
        )
        return
    nothing = decimal_text(Decimal(0), assertion.currency)
    yield f"{assertion.date} * {_in_description(f'{assertion.what} in {assertion.document_name}')}"
    yield f"    ; sha256:{assertion.document_sha256}"
    name = contents.names[assertion.account_id]
    yield f"    {name}  {nothing} {assertion.currency} = {amount} {assertion.currency}"


def _in_description(text: str) -> str:
    return one_line(text).translate(_IN_DESCRIPTIONS)


def _in_comment(text: str) -> str:
    return one_line(text).translate(_WIDE)
