"""One question to SearXNG, and in sentences everything that can be wrong with the answer as a whole."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from tools.contract import Context, HttpUnreachableError, Response, TemporaryToolError, ToolError

TimeRange = Literal["day", "week", "month", "year"]

LONGEST_QUERY = 300
LAST_PAGE = 10
_LANGUAGE = re.compile(r"all|auto|[a-z]{2,3}(-[A-Za-z]{2,4})?")
_CATEGORY = re.compile(r"[\w &-]{1,40}")
_SIGN_IN = re.compile(r"log-?in|sign-?in|auth|sso|oauth|saml", re.IGNORECASE)
_JSON_IS_OFF = (
    "SearXNG refuses to answer in JSON (403). Add json to search.formats in its settings.yml "
    "(search: formats: [html, json]) and start it again."
)
_TOO_MANY_REQUESTS = (
    "SearXNG is asked too often (429). Wait, or set server.limiter to false in its settings.yml if it serves your "
    "own machines alone."
)


def ask(
    context: Context,
    *,
    query: str,
    categories: tuple[str, ...] | None,
    language: str | None,
    time_range: TimeRange | None,
    safe_search: int | None,
    page: int,
) -> Mapping[str, Any]:
    """Return SearXNG's answer, a JSON object with ``results``.

    :raises ToolError: it is no question, or no answer of SearXNG.
    :raises TemporaryToolError: it may work later.
    """
    settings = context.configuration
    if context.http is None:
        raise ToolError("Searching needs the network, which this call does not have.")
    parameters = {
        "q": words_of(query),
        "format": "json",
        "categories": _categories(settings["categories"] if categories is None else categories),
        "language": _language(settings["language"] if language is None else language),
        "safesearch": str(settings["safe_search"] if safe_search is None else safe_search),
        "pageno": str(_page(page)),
        "timeout_limit": str(settings["timeout_seconds"]),
    }
    if time_range is not None:
        parameters["time_range"] = time_range
    address = _address(str(settings["base_url"]))
    try:
        response = context.http.request(
            "GET", address, params=parameters, headers={"Accept": "application/json"}
        )
    except HttpUnreachableError as error:
        raise HttpUnreachableError(
            f"SearXNG does not answer at {address}. See that it runs, and that its address in the settings of this "
            f"tool is right. ({error})"
        ) from None
    return _answer(response, address)


def words_of(text: str) -> str:
    """Return the question in words; SearXNG's own commands (``!engine``, ``:language``) lose their mark.

    :raises ToolError: no word is left, or it is too long.
    """
    visible = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
    words = [word.lstrip("!?:") for word in visible.split()]
    query = " ".join(word for word in words if word)
    if not query:
        raise ToolError("The question is empty; give at least one word to search for.")
    if len(query) > LONGEST_QUERY:
        raise ToolError(f"The question has {len(query)} characters; {LONGEST_QUERY} are the most.")
    return query


def _categories(names: tuple[str, ...] | list[str]) -> str:
    for name in names:
        if not _CATEGORY.fullmatch(name):
            raise ToolError(f"{name!r} is no category of SearXNG; use names such as general or news.")
    if not names:
        raise ToolError("Name at least one category of SearXNG, such as general.")
    return ",".join(names)


def _language(code: str) -> str:
    if not _LANGUAGE.fullmatch(code):
        raise ToolError(f"{code!r} is no language; use a code such as en, de or en-US, or all.")
    return code


def _page(page: int) -> int:
    if not 1 <= page <= LAST_PAGE:
        raise ToolError(f"There is no page {page}; the pages that can be asked for are 1 to {LAST_PAGE}.")
    return page


def _address(base: str) -> str:
    parts = urlsplit(base.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ToolError(f"{base!r} is no address of SearXNG; write it as http://searxng:8080.")
    path = parts.path.rstrip("/").removesuffix("/search")
    return urlunsplit((parts.scheme, parts.netloc, path + "/search", "", ""))


def _answer(response: Response, asked: str) -> Mapping[str, Any]:
    _refuse_other_place(response, asked)
    _refuse_status(response, asked)
    if "html" in response.headers.get("content-type", "") or response.body.lstrip()[:1] == b"<":
        raise ToolError(
            f"{asked} answers with a web page instead of JSON. Check the address: it must be that of SearXNG itself, "
            "and json must stand in search.formats of its settings.yml."
        )
    answer = response.json()
    if not isinstance(answer, Mapping) or not isinstance(answer.get("results"), list):
        raise ToolError(f"{asked} answers with JSON that is not SearXNG's; check the address.")
    return answer


def _refuse_other_place(response: Response, asked: str) -> None:
    """A redirection to another path or host answers something else than the question."""
    there, here = urlsplit(response.url), urlsplit(asked)
    if there.path.rstrip("/") == here.path and there.hostname == here.hostname:
        return
    place = urlunsplit((there.scheme, there.netloc, there.path, "", ""))
    if _SIGN_IN.search(f"{there.netloc}{there.path}"):
        raise ToolError(
            f"{asked} leads to a page to sign in ({place}). Give the address at which SearXNG answers without signing "
            "in, such as the one inside your network."
        )
    raise ToolError(f"{asked} leads to {place}, which is not the search. Give SearXNG's final address.")


def _refuse_status(response: Response, asked: str) -> None:
    status = response.status
    if status == 200:
        return
    if status == 401:
        raise ToolError(f"{asked} wants somebody to sign in (401). Give an address that needs none.")
    if status == 403:
        raise ToolError(_JSON_IS_OFF)
    if status == 404:
        raise ToolError(f"There is no search at {asked} (404). Check the address of SearXNG.")
    if status == 429:
        raise TemporaryToolError(_TOO_MANY_REQUESTS, retry_after=_seconds(response))
    if status >= 500:
        raise TemporaryToolError(
            f"SearXNG failed ({status}). It may work later; if it does not, look at its log.",
            retry_after=_seconds(response),
        )
    raise ToolError(f"SearXNG did not take the question ({status}).")


def _seconds(response: Response) -> int | None:
    """The header Retry-After where it states seconds; a date is not waited for."""
    stated = response.headers.get("retry-after", "").strip()
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 7 else None
