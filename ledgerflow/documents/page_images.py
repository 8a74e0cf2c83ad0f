"""Pages of receipts as pictures. A PDF is drawn in a child process with limits, never in this one."""

import json
import threading

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.toolbox.sandbox import Limits, Sandbox, SandboxError

_SANDBOX = Sandbox("ledgerflow.toolbox.rendering")
_LIMITS = Limits(memory_bytes=512 * 1024 * 1024, output_bytes=16 * 1024 * 1024)
_LONGEST_SIDE = 1_600
#: Drawing takes a processor for a moment; whoever opens many pages waits for each other, and the rest goes on.
_ONE_AT_A_TIME = threading.Lock()


class PageError(LedgerFlowError):
    """The page cannot be shown."""


def page_image(*, content: bytes, page: int) -> bytes:
    """Return a page of a PDF, counted from 1, as a PNG of at most 1,600 pixels a side.

    :raises PageError: there is no such page, or the file is damaged, protected, or too much to draw.
    """
    request = {"page": page, "longest_side": _LONGEST_SIDE}
    try:
        with _ONE_AT_A_TIME:
            lines = _SANDBOX.run("draw", content=content, request=request, limits=_LIMITS)
        outcome = json.loads(lines[0])["outcome"]
    except (SandboxError, ValueError, IndexError):
        raise PageError(f"Page {page} cannot be drawn; download the file to look at it.") from None
    if outcome == "none":
        raise PageError(f"The file has no page {page}.")
    if outcome != "drawn":
        raise PageError("The PDF is damaged or protected by a password; download it to look at it.")
    return b"".join(lines[1:])
