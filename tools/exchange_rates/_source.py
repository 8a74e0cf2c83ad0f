"""Where the file comes from: handed over, or asked for at an address."""

from typing import Literal

from tools.contract import Context, Response, TemporaryToolError, ToolError

Period = Literal["latest", "90_days", "all"]

#: The central bank's names; the whole history is packed, because it is 25 times as large unpacked.
_FILES = {"latest": "eurofxref-daily.xml", "90_days": "eurofxref-hist-90d.xml", "all": "eurofxref-hist.zip"}
_NAMES = frozenset({*_FILES.values(), "eurofxref.zip", "eurofxref-hist.xml"})


def file_of(context: Context, *, content: bytes | None, url: str | None, period: Period) -> tuple[str, bytes]:
    """Return what the file is called in messages, and its bytes.

    :raises ToolError: a file and an address are given, or there is none at the address.
    :raises TemporaryToolError: the other side fails.
    """
    if content is not None:
        if url is not None:
            raise ToolError("Give the file or its address, not both.")
        return "The file given", content
    url = _folder(context) + _FILES[period] if url is None else _agreed(context, url)
    if context.http is None:
        raise ToolError("Fetching the file needs the network, which this call does not have; give the file.")
    return url, _body(context.http.request("GET", url), url)


def _folder(context: Context) -> str:
    return str(context.configuration["base_url"]).rstrip("/") + "/"


def _agreed(context: Context, url: str) -> str:
    """The address, if the configuration has it: whoever writes it could otherwise send anything anywhere."""
    if url in context.configuration["addresses"] or url in {_folder(context) + name for name in _NAMES}:
        return url
    raise ToolError(
        "This address is not in the tool's configuration. Put it into addresses there, give the file itself, or name a "
        "period."
    )


def _body(response: Response, url: str) -> bytes:
    if response.status == 200:
        return response.body
    if response.status == 429 or response.status >= 500:
        raise TemporaryToolError(f"{url} cannot be had now ({response.status}).")
    raise ToolError(f"There is no file at {url} ({response.status}).")
