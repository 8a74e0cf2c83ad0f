"""Journal lines as rows of an HTML table, for the lists that show a hundred of them: templates are too slow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ledgerflow.books.models import Book
from ledgerflow.core.money import format_money
from ledgerflow.reports import address
from ledgerflow.reports.selectors import ReportLine


@dataclass(frozen=True, slots=True)
class Shown:
    """Which columns a list has beside date, entry, text, other side, debit, credit and source."""

    account: bool = False
    own_amount: bool = False
    balance: bool = False


def line_rows(lines: Iterable[ReportLine], *, book: Book, shown: Shown) -> SafeString:
    """Return a row for each line: every part leads to its entry, bank line, other account, or place in the file."""
    rows = _Rows(book, shown)
    return format_html_join("", "<tr>{}</tr>\n", ((rows.cells(line),) for line in lines))


class _Rows:
    def __init__(self, book: Book, shown: Shown) -> None:
        self._currency, self._shown = book.base_currency, shown
        self._entry = address.numbered("posting:entry", book=book.slug, field="number")
        self._line = address.numbered("posting:line", book=book.slug, field="line")
        self._register = address.numbered("reports:register", book=book.slug, field="account")
        self._document = address.numbered("statements:document", book=book.slug, field="document")

    def cells(self, line: ReportLine) -> SafeString:
        """Return the cells of a line."""
        entry = self._entry.format(line.place.entry_number)
        return format_html_join("", "{}", ((cell,) for cell in self._cells(line, entry)))

    def _cells(self, line: ReportLine, entry: str) -> Iterable[SafeString]:
        day = f"{line.place.date}"
        yield format_html(
            '<td><time class="text-nowrap" datetime="{}">{}</time></td><td><a href="{}">{}</a></td>',
            day,
            day,
            entry,
            line.place.entry_number,
        )
        if self._shown.account:
            own = self._register.format(line.account.pk)
            yield format_html('<td><a class="text-secondary" href="{}">{}</a></td>', own, line.account)
        yield self._text(line, entry)
        yield self._other_side(line)
        for side in (line.debit, line.credit):
            if side is None:
                yield format_html('<td class="{}"></td>', "money")
            else:
                amount = format_money(side, self._currency)
                yield format_html('<td class="money"><a href="{}">{}</a></td>', entry, amount)
        if self._shown.own_amount:
            yield _amount(line.own_amount, line.currency)
        if self._shown.balance:
            yield _amount(line.balance, self._currency)
        if self._shown.balance and self._shown.own_amount:
            yield _amount(line.own_balance, line.currency)
        yield self._source(line)

    def _text(self, line: ReportLine, entry: str) -> SafeString:
        source, text = line.source, line.text or "(no text)"
        leads_to = self._line.format(source.line_id) if source and not source.is_withdrawn else entry
        if source and source.description != line.text:
            said = source.description
            return format_html(
                '<td><a href="{}">{}</a><div class="text-secondary">{}</div></td>', leads_to, text, said
            )
        return format_html('<td><a href="{}">{}</a></td>', leads_to, text)

    def _other_side(self, line: ReportLine) -> SafeString:
        reverses = ""
        if line.reverses_number:
            reverses = format_html(
                '<div class="text-secondary">reverses entry {}</div>', line.reverses_number
            )
        if line.other_side is None:
            return format_html('<td><span class="text-secondary">several accounts</span>{}</td>', reverses)
        register = self._register.format(line.other_side.pk)
        return format_html(
            '<td><a class="text-secondary" href="{}">{}</a>{}</td>', register, line.other_side, reverses
        )

    def _source(self, line: ReportLine) -> SafeString:
        if line.sighting is None:
            return format_html('<td class="{}"></td>', "text-nowrap")
        document = self._document.format(line.sighting.statement.document_id)
        leads_to, words = _place(document, line.sighting.place)
        return format_html(
            '<td class="text-nowrap"><a class="text-decoration-underline" href="{}">{}</a></td>',
            leads_to,
            words,
        )


def _place(document: str, place: Mapping[str, Any]) -> tuple[str, str]:
    """Return the address of the place in the document, and what it is called."""
    if place.get("line"):
        return f"{document}?line={place['line']}#mark", f"line {place['line']}"
    return document, ", ".join(f"{name} {value}" for name, value in place.items())


def _amount(amount: Decimal | None, currency: str) -> SafeString:
    if amount is None:
        return format_html('<td class="{}"></td>', "money")
    name = "amount amount-negative" if amount < 0 else "amount"
    return format_html(
        '<td class="money"><span class="{}">{}</span></td>', name, format_money(amount, currency)
    )
