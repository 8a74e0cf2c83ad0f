"""General ledger, journal, and the lines behind a figure: lists that come in pages."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property

from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import EARLIEST, Period
from ledgerflow.ledger.models import AccountType
from ledgerflow.ledger.selectors import Selection, selected_lines, selected_total
from ledgerflow.posting.accrual_selectors import ShiftsAsked, shifted_total, shifts
from ledgerflow.posting.selectors import texts_for_entries
from ledgerflow.reports import chart_makers, selectors
from ledgerflow.reports.basis import Basis
from ledgerflow.reports.forms import PeriodForm
from ledgerflow.reports.journal_rows import journal_bodies
from ledgerflow.reports.line_rows import Shown, line_rows
from ledgerflow.reports.list_forms import JournalForm, LedgerForm, LinesForm, key_of
from ledgerflow.reports.table import Table
from ledgerflow.reports.tables import general_ledger_table, journal_table, lines_table
from ledgerflow.reports.views.report import ReportView

#: Moves of documents' dates that a page shows; a file has all.
_MOST_MOVED = 200


class _ListView(ReportView):
    """A list of a period."""

    form_class: type[PeriodForm]

    def ask(self) -> None:
        """Read the period."""
        self.form = self.form_class(self.request.GET, book=self.book, today=timezone.localdate())
        _, self.period = self.form.chosen()
        self.after = self.form.cleaned_data.get("after")
        self.frame = selectors.frame_of(book=self.book, period=self.period)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the form."""
        return super().get_context_data(
            form=self.form.again(),
            presets=PeriodForm.PRESETS,
            errors=self.form.errors,
            period=self.period,
            is_first=self.after is None,
            **kwargs,
        )


class GeneralLedgerView(_ListView):
    """Every account with its lines and the balance after each, a hundred lines at a time."""

    template_name = "reports/general_ledger.html"
    form_class = LedgerForm

    def table(self) -> Table:
        """Return every line of the period."""
        return general_ledger_table(frame=self.frame, book=self.book, period=self.period)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add a page of lines."""
        page = selectors.general_ledger_page(book=self.book, period=self.period, after=self.after)
        following = page.following
        return super().get_context_data(
            parts=[
                (part, line_rows(part.lines, book=self.book, shown=Shown(balance=True)))
                for part in page.parts
            ],
            following=f"{following.account}_{key_of(following.place)}" if following else "",
            charts=chart_makers.of_journal(
                book=self.book, period=self.period, frame=self.frame, base=self.lines_address()
            ),
            **kwargs,
        )


class JournalView(_ListView):
    """Every entry with its lines by date, fifty entries at a time."""

    template_name = "reports/journal.html"
    form_class = JournalForm

    def table(self) -> Table:
        """Return every line of the period."""
        return journal_table(frame=self.frame, book=self.book, period=self.period)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add a page of entries."""
        entries, following = selectors.journal_report(book=self.book, period=self.period, after=self.after)
        return super().get_context_data(
            entries=entries,
            bodies=journal_bodies(entries, book=self.book),
            following=f"{following.date}_{following.number}" if following else "",
            charts=chart_makers.of_journal(
                book=self.book, period=self.period, frame=self.frame, base=self.lines_address()
            ),
            **kwargs,
        )


class LinesView(ReportView):
    """The lines behind a figure of a report, newest first, with the figure that they add up to."""

    template_name = "reports/lines.html"

    def ask(self) -> None:
        """Read which lines are asked for."""
        self.accounts = selectors.accounts_by_id(book=self.book)
        self.form = LinesForm(self.request.GET, accounts=list(self.accounts))
        is_sound = self.form.is_valid()
        asked = self.form.cleaned_data
        period = Period(asked.get("from") or EARLIEST, asked.get("to") or timezone.localdate())
        self.named = [self.accounts[pk] for pk in asked.get("account") or ()]
        self.kinds = asked.get("type") or []
        self.selection = Selection(accounts=(), period=period)
        self.shifts: ShiftsAsked | None = None
        if is_sound:
            tags, owed = self.form.tag_filter(), asked["owed"]
            self.selection = selectors.lines_behind(
                book=self.book,
                accounts=asked["account"],
                types=self.kinds,
                period=period,
                without_closing=bool(asked["closing"]),
                of_cash=bool(asked["cash"]),
                side=asked["side"],
                payee=asked["payee"],
                tags=tags,
                owed=owed,
            )
            if asked["basis"] == Basis.ACCRUAL:
                kinds = [AccountType(kind) for kind in self.kinds]
                self.shifts = selectors.shifts_behind(
                    selection=self.selection, types=kinds, tags=tags, owed=owed
                )
        self.frame = selectors.frame_of(book=self.book, period=period)

    def table(self) -> Table:
        """Return every line."""
        moved = shifts(book=self.book, asked=self.shifts) if self.shifts else ()
        return lines_table(
            frame=self.frame, book=self.book, selection=self.selection, total=self._total(), moved=moved
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the total and a page of lines."""
        before = self.form.cleaned_data.get("before")
        page = selected_lines(book=self.book, selection=self.selection, after=before)
        lines = selectors.with_provenance(book=self.book, lines=page.lines, accounts=self.accounts)
        return super().get_context_data(
            form=self.form,
            errors=self.form.errors,
            named=self.named[:5],
            others=len(self.named[5:]),
            kinds=self.kinds,
            period=self.selection.period,
            is_open=self.selection.period.first == EARLIEST,
            total=self._total(),
            moved=self._moved(),
            of_journal=self._signed(self.journal_total),
            of_documents=self._signed(self.moved_total),
            is_credit=self._is_credit,
            lines=lines,
            rows=line_rows(lines, book=self.book, shown=Shown(account=True)),
            following=key_of(page.following) if page.following else "",
            is_first=before is None,
            **kwargs,
        )

    @property
    def _is_credit(self) -> bool:
        return self.form.cleaned_data.get("sign") == "credit"

    @cached_property
    def journal_total(self) -> Decimal:
        """What the journal's lines add up to; debit positive."""
        return selected_total(book=self.book, selection=self.selection)

    @cached_property
    def moved_total(self) -> Decimal:
        """What the dates of documents add to that; debit positive."""
        return shifted_total(book=self.book, asked=self.shifts) if self.shifts else ZERO

    def _signed(self, total: Decimal) -> Decimal:
        return -total if self._is_credit else total

    def _total(self) -> Decimal:
        return self._signed(self.journal_total + self.moved_total)

    def _moved(self) -> dict[str, Any] | None:
        """Return the moves of documents' dates that the page shows, and how many it does not."""
        if self.shifts is None:
            return None
        found = shifts(book=self.book, asked=self.shifts, limit=_MOST_MOVED + 1)
        texts = texts_for_entries(book=self.book, numbers={each.entry_number for each in found})
        rows = [
            (each, self.accounts[each.account_id], texts.get(each.entry_number, ""))
            for each in found[:_MOST_MOVED]
        ]
        return {"rows": rows, "has_more": len(found) > _MOST_MOVED}
