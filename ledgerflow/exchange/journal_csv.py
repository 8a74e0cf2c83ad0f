"""A book as one table: every line of every entry with its account, its origin and its link in the hash chain."""

import csv
import io
from collections.abc import Iterator

from ledgerflow.core.spreadsheets import harmless
from ledgerflow.exchange.contents import Contents, decimal_text
from ledgerflow.exchange.entries import exported_entries
from ledgerflow.ledger.selectors.chain import chain_links

COLUMNS = (
    "entry",
    "date",
    "line",
    "account_code",
    "account_name",
    "account_type",
    "currency",
    "amount",
    "base_amount",
    "text",
    "payee",
    "bank_text",
    "reverses",
    "tags",
    "document_date",
    "file",
    "sha256",
    "place",
    "batch",
    "batch_digest",
)


def csv_lines(contents: Contents) -> Iterator[str]:
    """Yield a header and a row for each line, debits positive; a text that a spreadsheet would compute is quoted."""
    accounts = {account.pk: account for account in contents.accounts}
    base = contents.book.base_currency
    links = chain_links(book=contents.book)
    yield _row(COLUMNS)
    for entry in exported_entries(book=contents.book):
        origin = entry.origin
        for no, line in enumerate(entry.lines, 1):
            account = accounts[line.account_id]
            yield _row(
                (
                    str(entry.number),
                    entry.date.isoformat(),
                    str(no),
                    harmless(account.code),
                    harmless(account.name),
                    account.type,
                    line.currency,
                    decimal_text(line.amount, line.currency),
                    decimal_text(line.base_amount, base),
                    harmless(entry.text),
                    harmless(entry.payee),
                    harmless(origin.description) if origin else "",
                    "" if entry.reverses_number is None else str(entry.reverses_number),
                    harmless(" ".join(entry.tags)),
                    entry.document_date.isoformat() if entry.document_date else "",
                    harmless(origin.document_name) if origin else "",
                    origin.document_sha256 if origin else "",
                    harmless(origin.place) if origin else "",
                    str(entry.batch_no),
                    links.get(entry.batch_no, ""),
                )
            )


def _row(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
