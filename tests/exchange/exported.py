"""A book in the forms of other programs, on disk."""

from dataclasses import dataclass
from pathlib import Path

from ledgerflow.books.models import Book
from ledgerflow.exchange.account_names import account_names
from ledgerflow.exchange.plain_text import write_plain_text
from ledgerflow.ledger.models import Account
from tests.exchange.engines import Totals


@dataclass(frozen=True)
class Exported:
    """A book with its two files, and the code that each name in them stands for."""

    book: Book
    beancount: Path
    hledger: Path
    codes: dict[str, str]

    def by_code(self, totals: Totals) -> Totals:
        return {self.codes[name]: amount for name, amount in totals.items()}


def exported(book: Book, folder: Path) -> Exported:
    paths = {}
    for form in ("beancount", "hledger"):
        paths[form] = folder / f"{book.slug}.{form}"
        with paths[form].open("wb") as file:
            write_plain_text(book=book, form=form, out=file)
    accounts = {account.pk: account for account in Account.objects.filter(book=book)}
    codes = {name: accounts[pk].code for pk, name in account_names(accounts.values()).items()}
    return Exported(book, paths["beancount"], paths["hledger"], codes)
