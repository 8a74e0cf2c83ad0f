"""Read what a receipt says by the tool for it, and keep it beside the receipt. Nothing is decided by it."""

import logging
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from ledgerflow.core.database_errors import is_away
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.jobs import MOST_ATTEMPTS, enqueue
from ledgerflow.documents.models import MediaType, Receipt, ReceiptReading
from ledgerflow.documents.selectors import content
from ledgerflow.toolbox.consent import State as ToolState
from ledgerflow.toolbox.models import Asker, Tool
from ledgerflow.toolbox.services.calling import Asking, ToolNotAllowedError, call_tool

logger = logging.getLogger(__name__)

READ_JOB = "documents.read_receipt"
#: Enqueued for each receipt that was read, or read in vain, for whoever makes something of what it says.
WAS_READ_JOB = "documents.receipt_was_read"
TOOL = "tools.receipt_reader.read_receipt"

_State = ReceiptReading.State
#: What the tool can read; text and the other pictures are looked at by people.
_READABLE = frozenset({MediaType.PDF, MediaType.JPEG, MediaType.PNG, MediaType.WEBP})
_VALUES = ("seller", "date", "total", "tax", "currency")
_LONGEST_SELLER = 200
_LONGEST_LINE = 200
_MOST_UNSURE = 10
_CODE_LENGTH = 3
#: More than any receipt; what is above was not read right, and the column would not take it.
_LARGEST = Decimal("1e15")
#: A tool whose calls of a minute are used up is asked again after one, this often at most.
_MOST_WAITS = 30
_WAIT_SECONDS = 60


class ReadingRefusedError(LedgerFlowError):
    """The receipt cannot be read by a tool."""


def is_tool_on() -> bool:
    """Whether the tool that reads receipts is installed and enabled."""
    tool = Tool.objects.filter(module_path=TOOL).first()
    return tool is not None and tool.state is ToolState.ON


@transaction.atomic
def request_reading(*, receipt: Receipt, now: datetime) -> bool:
    """Enqueue the reading of a receipt, which takes the place of an earlier one; return whether it was.

    Nothing happens where the tool is off, or reads no such files.
    """
    if receipt.media_type not in _READABLE or not is_tool_on():
        return False
    ReceiptReading.objects.update_or_create(
        receipt=receipt, defaults=_empty() | {"book_id": receipt.book_id, "asked_at": now}
    )
    _enqueue(receipt.pk, receipt.book_id)
    return True


def read_again(*, receipt: Receipt, now: datetime) -> None:
    """Read a receipt that was read, or could not be, once more.

    :raises ReadingRefusedError: the tool is off, or reads no such files.
    """
    if receipt.media_type not in _READABLE:
        raise ReadingRefusedError(
            f"{receipt} is {receipt.get_media_type_display()}, which is not read: give a PDF, JPEG, PNG or WebP."
        )
    if not request_reading(receipt=receipt, now=now):
        raise ReadingRefusedError("The tool that reads receipts is off; whoever runs LedgerFlow enables it.")


def read_receipt(*, receipt_id: int, waits: int, now: datetime) -> None:
    """Read a receipt that waits for it, and keep what was read or why nothing was.

    A receipt that was read meanwhile, or whose book is gone, is left alone; so is everything where the tool was
    switched off since.
    """
    receipt = (
        Receipt.objects.select_related("document", "book")
        .filter(pk=receipt_id, reading__state=_State.WAITING)
        .first()
    )
    if receipt is None:
        return
    try:
        answer = call_tool(
            path=TOOL,
            arguments={"content": content(receipt.document), "home_currency": receipt.book.base_currency},
            asking=Asking(through=Asker.JOB, book=receipt.book, subject=f"receipt {receipt_id}"),
            now=now,
        )
        _keep(receipt_id, {"state": _State.READ, "read_at": now, **_said(answer.result)})
    except ToolNotAllowedError as error:
        if not is_tool_on():
            _remove(receipt)
        elif waits < _MOST_WAITS:
            _enqueue(receipt_id, receipt.book_id, waits=waits + 1, in_seconds=_WAIT_SECONDS)
        else:
            _fail(receipt_id, str(error), now)
    except LedgerFlowError as error:
        _fail(receipt_id, str(error), now)
    except Exception as error:  # the edge of the job: the page must say that it came to nothing
        if is_away(error):
            raise
        logger.exception("Unable to read receipt %s", receipt_id)
        _fail(
            receipt_id,
            "Something unexpected went wrong; the log says what. Read it again, or report it.",
            now,
        )


def give_up(*, receipt_id: int, now: datetime) -> None:
    """Say on the receipt that its worker died, or lost its database, each time."""
    _fail(receipt_id, f"The worker died {MOST_ATTEMPTS} times while reading this receipt.", now)


def _enqueue(receipt_id: int, book_id: int, *, waits: int = 0, in_seconds: int = 0) -> None:
    # Of a book one at a time: recognizing text takes much of the machine.
    enqueue(
        READ_JOB, lock=f"receipts:{book_id}", once=f"receipt:{receipt_id}", in_seconds=in_seconds,
        receipt_id=receipt_id, waits=waits,
    )  # fmt: skip


def _empty() -> dict[str, Any]:
    return {
        "state": _State.WAITING, "read_at": None, "read_by": "", "seller": "", "date": None, "total": None, "tax": None,
        "currency": "", "places": {}, "unsure": [], "problem": "",
    }  # fmt: skip


def _fail(receipt_id: int, problem: str, now: datetime) -> None:
    _keep(receipt_id, {"state": _State.FAILED, "read_at": now, "problem": problem or "Nothing was read."})


@transaction.atomic
def _keep(receipt_id: int, facts: Mapping[str, Any]) -> None:
    waiting = ReceiptReading.objects.select_for_update().filter(receipt=receipt_id, state=_State.WAITING)
    for each in waiting:
        ReceiptReading.objects.filter(pk=each.pk).update(**facts)
        enqueue(WAS_READ_JOB, book_id=each.book_id, receipt_id=receipt_id)


@transaction.atomic
def _remove(receipt: Receipt) -> None:
    """Remove a reading that waits; what an earlier one said of the receipt's lines is said no more."""
    gone, _ = ReceiptReading.objects.filter(receipt=receipt, state=_State.WAITING).delete()
    if gone:
        enqueue(WAS_READ_JOB, book_id=receipt.book_id, receipt_id=receipt.pk)


def _said(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tool's answer as the row's fields; a value that cannot be true is left out."""
    said = {name: result[name] for name in _VALUES if result[name] is not None}
    values = {name: _VALUE[name](each["value"]) for name, each in said.items()}
    kept = {name: value for name, value in values.items() if value not in (None, "")}
    places = {
        name: {
            "page": said[name]["place"]["page"],
            "box": said[name]["place"]["box"],
            "line": _line_of_text(said[name]["place"]["line"], _LONGEST_LINE),
        }
        for name in kept
    }
    unsure = [_line_of_text(each, _LONGEST_LINE) for each in result["unsure"][:_MOST_UNSURE]]
    return {**kept, "read_by": result["read_by"], "places": places, "unsure": unsure}


def _line_of_text(text: str, length: int) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:length]


def _amount(text: str) -> Decimal | None:
    amount = Decimal(text)
    return amount if amount.is_finite() and abs(amount) < _LARGEST else None


def _currency(text: str) -> str:
    return text if len(text) == _CODE_LENGTH and text.isascii() and text.isupper() else ""


_VALUE: Mapping[str, Any] = {
    "seller": lambda text: _line_of_text(text, _LONGEST_SELLER),
    "date": date.fromisoformat,
    "total": _amount,
    "tax": _amount,
    "currency": _currency,
}
