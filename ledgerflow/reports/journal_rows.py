"""Entries with their lines as the bodies of an HTML table, for the journal's page."""

from collections.abc import Iterable

from django.utils.safestring import SafeString

from ledgerflow.books.models import Book
from ledgerflow.core.money import format_money
from ledgerflow.ledger.selectors import EntryLine
from ledgerflow.reports import address
from ledgerflow.reports.markup import link, text, whole
from ledgerflow.reports.selectors import JournalEntry


def journal_bodies(entries: Iterable[JournalEntry], *, book: Book) -> SafeString:
    """Return a body for each entry: its head leads to the entry and its bank line, its lines to their registers."""
    bodies = _Bodies(book)
    return whole(f"<tbody>\n{bodies.head(each)}\n{bodies.lines(each)}</tbody>\n" for each in entries)


class _Bodies:
    def __init__(self, book: Book) -> None:
        self._currency = book.base_currency
        self._entry = address.numbered("posting:entry", book=book.slug, field="number")
        self._line = address.numbered("posting:line", book=book.slug, field="line")
        self._register = address.numbered("reports:register", book=book.slug, field="account")

    def head(self, each: JournalEntry) -> str:
        """Return the row that says which entry it is."""
        day, number, reverses = each.entry.date.isoformat(), each.entry.number, ""
        said = f'<span class="fw-normal">{text(each.text)}</span>'
        if each.source and not each.source.is_withdrawn:
            words = each.text or "(no text)"
            said = link(self._line.format(each.source.line_id), words, "fw-normal text-decoration-underline")
        if each.entry.reverses_number:
            reverses = (
                f' <span class="text-secondary fw-normal">reverses entry {each.entry.reverses_number}</span>'
            )
        return (
            '<tr class="report-heading"><th scope="rowgroup" colspan="3">'
            f'<time class="text-nowrap" datetime="{day}">{day}</time>'
            f" {link(self._entry.format(number), f'Entry {number}', 'text-decoration-underline')}"
            f" {said}{reverses}</th></tr>"
        )

    def lines(self, each: JournalEntry) -> str:
        """Return a row for each line."""
        entry, day = self._entry.format(each.entry.number), each.entry.date.isoformat()
        return "".join(f"<tr>{self._cells(line, entry, day)}</tr>\n" for line in each.entry.lines)

    def _cells(self, line: EntryLine, entry: str, day: str) -> str:
        register = f"{self._register.format(line.account_id)}?from={day}&to={day}"
        figure = link(entry, format_money(abs(line.base_amount), self._currency))
        debit, credit = (figure, "") if line.base_amount > 0 else ("", figure)
        return (
            f"<td>{link(register, f'{line.account_code} {line.account_name}')}</td>"
            f'<td class="money">{debit}</td><td class="money">{credit if line.base_amount else ""}</td>'
        )
