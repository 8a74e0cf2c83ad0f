"""The package's index: a page that opens offline and leads to every file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Listed:
    """A report as the index lists it: its files by form, and why a form is missing."""

    title: str
    files: Sequence[tuple[str, str]]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Receipted:
    """A bank line with a receipt: its day, account, words and amount, its entry where it is posted, and the file."""

    date: str
    bank_account: str
    text: str
    amount: str
    entry: str
    address: str
    name: str


def index_page(
    *,
    title: str,
    facts: Iterable[tuple[str, str]],
    reports: Iterable[Listed],
    documents: Iterable[tuple[str, str, str]],
    receipts: Iterable[Receipted],
    proofs: Iterable[tuple[str, str]],
) -> str:
    """Return the page: documents by address, name and SHA-256, receipts by line, proofs by address and name."""
    return format_html(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="style.css"></head>\n<body>\n<h1>{title}</h1>\n<dl>{facts}</dl>\n'
        "<h2>Reports</h2>\n<ul>\n{reports}</ul>\n<h2>Bank reconciliations with their proofs</h2>\n{proofs}"
        "<h2>Receipts by line</h2>\n{receipts}<h2>Documents</h2>\n{documents}"
        "<h2>Whether it is whole</h2>\n<p><code>SHA256SUMS</code> has the SHA-256 of every file: "
        "<code>sha256sum -c SHA256SUMS</code> compares them. <code>MANIFEST.json</code> says the same for "
        "programs.</p>\n</body></html>\n",
        title=title,
        facts=format_html_join("", "<dt>{}</dt><dd>{}</dd>", facts),
        reports=format_html_join(
            "", "<li>{}: {}{}</li>\n", ((one.title, _files(one), one.missing) for one in reports)
        ),
        receipts=_receipts(receipts),
        proofs=_list('<li><a href="{}">{}</a></li>\n', proofs, "None was finished in these days."),
        documents=_list(
            '<li><a href="{}">{}</a> <small>{}</small></li>\n', documents, "No document is of these days."
        ),
    )


def _receipts(receipts: Iterable[Receipted]) -> SafeString:
    rows = format_html_join(
        "",
        '<tr><td>{}</td><td>{}</td><td>{}</td><td class="amount">{}</td><td>{}</td>'
        '<td><a href="{}">{}</a></td></tr>\n',
        (
            (one.date, one.bank_account, one.text, one.amount, one.entry, one.address, one.name)
            for one in receipts
        ),
    )
    if not rows:
        return format_html("<p>{}</p>\n", "No line of these days has a receipt.")
    return format_html(
        "<table>\n<thead><tr><th>Date</th><th>Bank account</th><th>Line</th><th>Amount</th><th>Entry</th>"
        "<th>Receipt</th></tr></thead>\n<tbody>\n{}</tbody></table>\n",
        rows,
    )


def _files(report: Listed) -> SafeString:
    return format_html_join(" ", '<a href="{}">{}</a>', report.files)


def _list(pattern: str, rows: Iterable[Sequence[str]], nothing: str) -> SafeString:
    listed = format_html_join("", pattern, rows)
    return format_html("<ul>\n{}</ul>\n", listed) if listed else format_html("<p>{}</p>\n", nothing)
