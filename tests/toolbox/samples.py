# ruff: noqa: ARG002 - each maker takes the page, though few need it
"""A tool and a run of it with its request, for the pages that an address names them on."""

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.toolbox.models import Asker, EgressRequest, Outcome, Tool, ToolRun
from ledgerflow.users.models import User


class ToolboxSamples:
    """Makers of a sample for what the toolbox shows."""

    book: Book
    owner: User

    def _make_tool(self, page: str) -> int:
        path = "tools.mcp_bridge.list_tools" if page.endswith(":remote") else "tools.search_tool.search_web"
        return Tool.objects.get(module_path=path).pk

    def _make_tool_run(self, page: str) -> int:
        tool = _search_tool()
        run = ToolRun.objects.create(
            tool=tool, module_path=tool.module_path, version=tool.version, book=self.book, asked_by=self.owner,
            asked_through=Asker.PERSON, subject="line 12", arguments={"query": "blue finch"}, outcome=Outcome.ERROR,
            started_at=timezone.now(), duration_ms=31.5, error_class="ToolError",
            error_message="Nobody answers at http://searxng:8080.", traceback="Traceback (most recent call last):",
        )  # fmt: skip
        EgressRequest.objects.create(
            at=timezone.now(), run=run, book=self.book, asked_by=self.owner, purpose=f"{tool} line 12", method="GET",
            host="searxng", url="http://searxng:8080/search?q=blue+finch", redaction="strict", status=502,
            duration_ms=30, bytes_sent=120, address="10.0.0.7",
        )  # fmt: skip
        return run.pk


def _search_tool() -> Tool:
    return Tool.objects.get(module_path="tools.search_tool.search_web")
