"""The REST API as a whole: its routers, and its OpenAPI description."""

from typing import Any

from ninja import NinjaAPI

from ledgerflow.api.rest import books, proposals, toolbox
from ledgerflow.api.rest.door import TokenAuth
from ledgerflow.api.rest.problems import answer_errors

api = NinjaAPI(
    title="LedgerFlow",
    version="1",
    description=(
        "The books, only read, and proposals for a person to accept. Amounts are decimals as texts, days ISO 8601, "
        "errors RFC 9457. Send a personal access token as bearer."
    ),
    urls_namespace="api-v1",
    openapi_url=None,
    docs_url=None,
    auth=TokenAuth(),
)
answer_errors(api)
for each in (books.router, proposals.router):
    api.add_router("/books", each)
api.add_router("/tools", toolbox.router)


def openapi() -> dict[str, Any]:
    """Return the OpenAPI description."""
    return dict(api.get_openapi_schema(path_prefix="/api/v1/"))
