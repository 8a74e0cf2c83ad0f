"""Journal lines as rows of an HTML table, for the lists that show a hundred of them: templates are too slow."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from ledgerflow.books.models import Book
from ledgerflow.core.money import format_money
from ledgerflow.reports import address
from ledgerflow.reports.markup import amount, link, text, whole
from ledgerflow.reports.selectors import ReportLine
from ledgerflow.statements.places import query, words


@dataclass(frozen=True, slots=True)
class Shown:
    """Which columns a list has beside date, text, debit and credit."""

    account: bool = False
    own_amount: bool = False
    balance: bool = False
    entry: bool = True
    bank_text: bool = True
    other_side: bool = True
    source: bool = True


def line_rows(lines: Iterable[ReportLine], *, book: Book, shown: Shown) -> SafeString:
    """Return a row for each line: every part leads to its entry, bank line, other account, or place in the file."""
    rows = _Rows(book, shown)
    return whole(f"<tr>{''.join(rows.cells(line))}</tr>\n" for line in lines)


class _Rows:
    def __init__(self, book: Book, shown: Shown) -> None:
        self._currency, self._shown = book.base_currency, shown
        self._entry = address.numbered("posting:entry", book=book.slug, field="number")
        self._line = address.numbered("posting:line", book=book.slug, field="line")
        self._register = address.numbered("reports:register", book=book.slug, field="account")
        self._document = address.numbered("statements:document", book=book.slug, field="document")

    def cells(self, line: ReportLine) -> Iterable[str]:
        """Return the cells of a line."""
        entry, day = self._entry.format(line.place.entry_number), line.place.date.isoformat()
        yield f'<td><time class="text-nowrap" datetime="{day}">{day}</time></td>'
        if self._shown.entry:
            yield f"<td>{link(entry, line.place.entry_number)}</td>"
        if self._shown.account:
            yield f"<td>{link(self._register.format(line.account.pk), line.account, 'text-secondary')}</td>"
        yield self._text(line, entry)
        if self._shown.other_side:
            yield self._other_side(line)
        for side in (line.debit, line.credit):
            words = "" if side is None else link(entry, format_money(side, self._currency))
            yield f'<td class="money">{words}</td>'
        if self._shown.own_amount:
            yield amount(line.own_amount, line.currency)
        if self._shown.balance:
            yield amount(line.balance, self._currency)
        if self._shown.balance and self._shown.own_amount:
            yield amount(line.own_balance, line.currency)
        if self._shown.source:
            yield self._source(line)

    def _text(self, line: ReportLine, entry: str) -> str:
        source = line.source
        leads_to = self._line.format(source.line_id) if source and not source.is_withdrawn else entry
        said = ""
        if self._shown.bank_text and source and source.description != line.text:
            said = f'<div class="text-secondary">{text(source.description)}</div>'
        return f"<td>{link(leads_to, line.text or '(no text)')}{said}</td>"

    def _other_side(self, line: ReportLine) -> str:
        reverses, other = "", '<span class="text-secondary">several accounts</span>'
        if line.reverses_number:
            reverses = f'<div class="text-secondary">reverses entry {line.reverses_number}</div>'
        if line.other_side is not None:
            other = link(self._register.format(line.other_side.pk), line.other_side, "text-secondary")
        return f"<td>{other}{reverses}</td>"

    def _source(self, line: ReportLine) -> str:
        if line.sighting is None:
            return '<td class="text-nowrap"></td>'
        document = self._document.format(line.sighting.statement.document_id)
        place = line.sighting.place
        leads_to = link(f"{document}?{query(place)}#mark", words(place), "text-decoration-underline")
        return f'<td class="text-nowrap">{leads_to}</td>'
