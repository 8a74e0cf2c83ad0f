"""Correct what the columns of a file are for, by clicking, with a preview that is made anew at each choice."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action, require
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.pipeline import services
from ledgerflow.pipeline.column_choices import (
    MARK_WORDS,
    ORDER_WORDS,
    ROLE_WORDS,
    columns_page,
    layout_of_form,
)
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.views import RunMixin
from ledgerflow.toolbox.values import Layout

_WORDS = {"roles": ROLE_WORDS, "orders": ORDER_WORDS, "marks": MARK_WORDS}


class ColumnsView(RunMixin, generic.TemplateView):
    """The raw rows with the role of each column at its head, what is read from them, and the proof."""

    template_name = "pipeline/columns.html"
    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Show how the file is read now."""
        return self._shown(layout=None, fingerprint=request.GET.get("table"))

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Show how the file would be read, or read it so and remember that."""
        layout = layout_of_form(request.POST)
        if layout is None:
            messages.error(request, "Those columns cannot be read. Choose them on this page.")
            return redirect(request.path)
        act = request.POST.get("act")
        if act not in {"save", "forget"}:
            return self._shown(layout=layout, fingerprint=layout.fingerprint)
        run = self.get_run()
        if run.state == ImportRun.State.READY:
            require(user=self.user, book=self.book, action=Action.UNDO_IMPORT)
        try:
            after = (self._save if act == "save" else self._forget)(run, layout)
        except LedgerFlowError as error:
            return self._shown(layout=layout, fingerprint=layout.fingerprint, refusal=str(error))
        if after.asks_look:
            return redirect("pipeline:look", book=self.book.slug, run=after.pk)
        return self.back()

    def _save(self, run: ImportRun, layout: Layout) -> ImportRun:
        saved = services.save_columns(
            run=run, layout=layout, user=self.user, now=timezone.now(), reverse_posted=self._may_reverse()
        )
        if not saved.is_read_anew:
            what = "the columns are remembered."
        elif saved.run.asks_look:
            what = "the file is read by these columns. Import it, and they are remembered."
        elif saved.run.asks_order:
            what = "the columns are kept. Say how its dates are written, and they are remembered."
        elif saved.run.state == ImportRun.State.NEEDS_YOU:
            what = (
                "the file is read by these columns. Say which account it is, and they are remembered for it."
            )
        else:
            what = "the columns are saved and the file read anew."
        messages.success(self.request, f"{run.document.name}: {what}")
        return saved.run

    def _forget(self, run: ImportRun, layout: Layout) -> ImportRun:
        after = services.forget_columns(
            run=run,
            fingerprint=layout.fingerprint,
            user=self.user,
            now=timezone.now(),
            reverse_posted=self._may_reverse(),
        )
        messages.success(self.request, f"{run.document.name}: the saved columns are forgotten.")
        return after

    def _may_reverse(self) -> bool:
        return self.request.POST.get("reverse_posted") == "on"

    def _shown(self, *, layout: Layout | None, fingerprint: str | None, refusal: str = "") -> HttpResponse:
        run = self.get_run()
        try:
            columns = services.look_at_columns(run=run, layout=layout)
        except LedgerFlowError as error:
            messages.error(self.request, str(error))
            return self.back()
        table = columns.table(fingerprint)
        context: dict[str, Any] = {
            "run": run,
            "refusal": refusal,
            "problem": columns.description.problem,
            **_WORDS,
        }
        if table is not None:
            context |= {
                "page": columns_page(table=table, description=columns.description),
                "tables": columns.description.tables,
                "saved": columns.saved_for(table),
            }
        if self.request.headers.get("HX-Request") == "true":
            self.template_name = "pipeline/_columns.html"
        elif run.state == ImportRun.State.READY:
            # What goes with the import does not depend on what is chosen, so it stands outside that part.
            context["preview"] = services.preview_undo(run=run)
        return self.render_to_response(self.get_context_data(**context))
