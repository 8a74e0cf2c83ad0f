"""Where the file comes from: handed over, or asked for at an address."""

from typing import Literal
from urllib.parse import urljoin, urlsplit

from tools.contract import Context, Response, TemporaryToolError, ToolError

Period = Literal["latest", "90_days", "all"]

#: The central bank's names; the whole history is packed, because it is 25 times as large unpacked.
_FILES = {"latest": "eurofxref-daily.xml", "90_days": "eurofxref-hist-90d.xml", "all": "eurofxref-hist.zip"}


def file_of(context: Context, *, content: bytes | None, url: str | None, period: Period) -> tuple[str, bytes]:
    """Return what the file is called in messages, and its bytes.

    :raises ToolError: a file and an address are given, or there is none at the address.
    :raises TemporaryToolError: the other side fails.
    """
    if content is not None:
        if url is not None:
            raise ToolError("Give the file or its address, not both.")
        return "The file given", content
    if url is None:
        url = urljoin(str(context.configuration["base_url"]).rstrip("/") + "/", _FILES[period])
    if context.http is None:
        raise ToolError("Fetching the file needs the network, which this call does not have; give the file.")
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ToolError(f"{url!r} is no address of a file; it begins with https://.")
    return url, _body(context.http.request("GET", url), url)


def _body(response: Response, url: str) -> bytes:
    if response.status == 200:
        return response.body
    if response.status == 429 or response.status >= 500:
        raise TemporaryToolError(f"{url} cannot be had now ({response.status}).")
    raise ToolError(f"There is no file at {url} ({response.status}).")
