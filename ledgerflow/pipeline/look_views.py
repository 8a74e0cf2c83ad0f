"""Look at a file before it is imported, and import it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.pipeline import services
from ledgerflow.pipeline.forms import FilePasswordForm
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.views import RunMixin

_MOST_DIGITS = 6


class LookView(RunMixin, generic.TemplateView):
    """What a file says that waits to be imported, its proof, and what would become of each line.

    What became of a file that is imported already stands on the pages of its statements.
    """

    template_name = "pipeline/look.html"
    http_method_names = ["get", "post"]

    @cached_property
    def run(self) -> ImportRun:
        """The file, read once."""
        return self.get_run()

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Show it, or send to where it is shown."""
        return self._elsewhere() or self._shown(request)

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Import it, or show a protected file by its password."""
        if request.POST.get("act") != "import":
            return self._elsewhere() or self._shown(request)
        password = self._password()
        if not password and self.run.asks_look and self._is_protected:
            messages.error(request, "The file is protected: give its password to import it.")
            return redirect(request.get_full_path())
        try:
            services.let_in(
                run=self.run,
                user=self.user,
                now=timezone.now(),
                password=password,
                asked=request.POST.get("asked", ""),
            )
        except LedgerFlowError as error:
            messages.error(request, str(error))
            return redirect(request.get_full_path())
        return self.back()

    @cached_property
    def _is_protected(self) -> bool:
        return services.is_protected(document=self.run.document)

    def _password(self) -> str:
        form = FilePasswordForm(self.request.POST)
        return str(form.cleaned_data["password"]) if form.is_valid() else ""

    def _elsewhere(self) -> HttpResponse | None:
        """Return the way to the page that tells of a file in this state, ``None`` where it is this one."""
        run = self.run
        if run.asks_look or run.asks_account:
            return None
        if run.asks_order:
            return redirect("pipeline:day-order", book=self.book.slug, run=run.pk)
        of_run = list(run.document.statements.all()) if run.state == ImportRun.State.READY else []
        if len(of_run) == 1:
            return redirect("statements:detail", book=self.book.slug, statement=of_run[0].pk)
        inbox = reverse("pipeline:inbox", kwargs={"book": self.book.slug})
        return redirect(f"{inbox}?file={run.document_id}")

    def _shown(self, request: HttpRequest) -> HttpResponse:
        password = self._password() if request.method == "POST" else ""
        context: dict[str, Any] = {"run": self.run}
        if self._is_protected:
            context["password"] = FilePasswordForm()
        if password or not self._is_protected:
            try:
                context["look"] = services.look_at(
                    run=self.run,
                    now=timezone.now(),
                    at=self._number("statement", 1) - 1,
                    number=self._number("page", 1),
                    password=password,
                )
            except LedgerFlowError as error:
                context["problem"] = str(error)
        return self.render_to_response(self.get_context_data(**context))

    def _number(self, name: str, usual: int) -> int:
        asked = self.request.GET.get(name, "")
        return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS else usual
