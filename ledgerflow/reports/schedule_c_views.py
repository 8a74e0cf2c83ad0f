"""Schedule C: the worksheet, the lines behind each of its figures, and the evidence pack."""

import tempfile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.reports.basis import Basis as Method
from ledgerflow.reports.chart_makers import of_schedule_c
from ledgerflow.reports.evidence.pack import pack_name, write_evidence_pack
from ledgerflow.reports.list_forms import key_of
from ledgerflow.reports.schedule_c import ScheduleC, rows_behind, schedule_c
from ledgerflow.reports.schedule_c_basis import CURRENCY
from ledgerflow.reports.schedule_c_forms import LinesForm, ScheduleCForm
from ledgerflow.reports.schedule_c_lines import Counted, Days, page_of_lines
from ledgerflow.reports.schedule_c_tables import EVIDENCE, RECEIPTS, schedule_c_frame, schedule_c_table
from ledgerflow.reports.table import Table
from ledgerflow.reports.views.report import ReportView
from ledgerflow.taxes.selectors import year_at


def _basis_query(method: Method) -> str:
    """Return the part of an address that says the method; nothing for the usual one."""
    return "" if method is Method.CASH else f"&basis={method}"


class _ScheduleCMixin(BookMixin):
    action = Action.VIEW

    def asked(self) -> dict[str, Any]:
        """Return what is asked for: today's tax year on the cash basis, to the cent, where nothing is."""
        self.form = ScheduleCForm(self.request.GET)
        given = self.form.cleaned_data if self.form.is_valid() else {}
        year = given.get("year") or year_at(book=self.book, day=timezone.localdate())
        method = Method(given.get("basis") or Method.CASH)
        return {"year": year, "whole_dollars": bool(given.get("whole_dollars")), "method": method}


class ScheduleCView(_ScheduleCMixin, ReportView):
    """The worksheet of a tax year (``?year=``); ``?whole_dollars=on`` rounds it."""

    template_name = "reports/schedule_c.html"

    report: ScheduleC | None = None
    refusal = ""

    def ask(self) -> None:
        """Work the worksheet out, or keep the sentence that says why there is none."""
        self.year = self.asked()
        self.frame = schedule_c_frame(book=self.book, year=self.year["year"])
        try:
            self.report = schedule_c(book=self.book, **self.year)
        except LedgerFlowError as error:
            self.refusal = str(error)

    def table(self) -> Table:
        """Return the worksheet.

        Raises:
            LedgerFlowError: there is none.
        """
        if self.report is None:
            raise LedgerFlowError(self.refusal)
        return schedule_c_table(frame=self.frame, report=self.report)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the worksheet, or the sentence that says why there is none."""
        return super().get_context_data(
            form=ScheduleCForm(
                initial=self.year
                | {"basis": "" if self.year["method"] is Method.CASH else self.year["method"].value}
            ),
            basis_query=_basis_query(self.year["method"]),
            report=self.report,
            refusal=self.refusal,
            currency=CURRENCY,
            evidence=EVIDENCE,
            charts=of_schedule_c(self.report, year=self.year["year"]) if self.report else (),
            receipts=RECEIPTS,
            **self.year,
            **kwargs,
        )


class ScheduleCLinesView(_ScheduleCMixin, generic.TemplateView):
    """The journal lines that make up a line of the worksheet, oldest first, a hundred at a time."""

    template_name = "reports/schedule_c_lines.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the row, the accounts behind it and a page of their lines."""
        asked = self.asked()
        try:
            report = schedule_c(book=self.book, **asked)
            rows = rows_behind(report.sheet, self.kwargs["tax_line"])
        except (LedgerFlowError, KeyError) as error:
            raise Http404 from error
        form = LinesForm(self.request.GET)
        after = form.cleaned_data["after"] if form.is_valid() else None
        accounts = {
            Counted(account.account_id, account.own_tax_line): account
            for row in rows
            for account in row.accounts
        }
        lines, following = page_of_lines(
            book=self.book,
            counted=accounts,
            days=Days(report.tax_year.first, report.tax_year.last, report.method),
            after=after,
        )
        return super().get_context_data(**kwargs) | {
            **asked,
            "basis_query": _basis_query(report.method),
            "report": report,
            "row": report.sheet.row(self.kwargs["tax_line"]),
            "rows": rows,
            "lines": [(line, accounts[line.counted]) for line in lines],
            "following": key_of(following) if following else "",
            "is_first": after is None,
            "currency": CURRENCY,
        }


class EvidencePackView(_ScheduleCMixin):
    """The worksheet with its lines, documents and hashes as a ZIP that checks itself offline."""

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponseBase:
        """Send the pack once it is whole, or say why there is none."""
        asked = self.asked()
        # Given to the response, which closes it.
        pack = tempfile.TemporaryFile()  # noqa: SIM115 - the response reads it after this method has returned
        try:
            write_evidence_pack(book=self.book, out=pack, made_at=timezone.now(), **asked)
        except LedgerFlowError as error:
            pack.close()
            messages.error(request, str(error))
            return redirect("reports:schedule-c", book=self.book.slug)
        pack.seek(0)
        name = pack_name(book=self.book, year=asked["year"], method=asked["method"])
        return FileResponse(pack, as_attachment=True, filename=name, content_type="application/zip")
