"""The enabled tools, and running one for a book."""

from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field

from ledgerflow.api import shapes, tool_runs
from ledgerflow.api.rest.door import answered_once, caller
from ledgerflow.books.permissions import Action
from ledgerflow.toolbox.models import Asker

router = Router(tags=["Tools"])


class RunAsked(BaseModel):
    """For which book, and with what arguments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    book: Annotated[str, Field(max_length=60)]
    arguments: dict[str, Any] = {}


@router.get("", response=list[shapes.ToolShape], url_name="tools", summary="Tools that may be run")
def list_tools(request: HttpRequest) -> list[shapes.ToolShape]:
    """Enabled tools, with the schemas of their arguments and results."""
    return tool_runs.list_tools(caller(request))


@router.post(
    "/{path}/run", response={HTTPStatus.OK: shapes.ToolAnswerShape}, url_name="run-tool", summary="Run a tool"
)
def run_tool(request: HttpRequest, path: str, asked: RunAsked) -> HttpResponse:
    """For a book: with its settings, within its limits. The run is on record."""
    return answered_once(
        request,
        status=HTTPStatus.OK,
        slug=asked.book,
        action=Action.RUN_TOOLS,
        is_atomic=False,
        work=lambda: tool_runs.run_tool(
            caller(request), path, slug=asked.book, arguments=asked.arguments, through=Asker.API
        ),
    )
