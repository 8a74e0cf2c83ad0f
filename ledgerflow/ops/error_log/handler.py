"""Where errors enter: a handler of Python's own logging, so that whatever logs an error keeps it."""

import logging
import sys
from contextlib import suppress
from typing import Any

from ledgerflow.ops.error_log.occurrences import Occurrence
from ledgerflow.ops.error_log.writer import WRITER

#: What strangers on the internet cause by themselves, and what this package says about itself.
_LEFT_OUT = ("django.security", "ledgerflow.ops.error_log")
_UNAVAILABLE = 503


class ErrorLogHandler(logging.Handler):
    """Hands errors to the writer, which never makes anyone wait. An exception is kept once, whoever logs it again."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record; whatever goes wrong here is told on stderr and harms nobody."""
        try:
            if record.name.startswith(_LEFT_OUT) or getattr(record, "status_code", None) == _UNAVAILABLE:
                return
            error: Any = record.exc_info[1] if record.exc_info else None
            if getattr(error, "is_in_error_log", False):
                return
            WRITER.take(Occurrence.of(record))
            if error is not None:
                with suppress(AttributeError):
                    error.is_in_error_log = True
        except Exception:  # noqa: BLE001 - an error about an error must end here
            sys.stderr.write(f"The error log could not take an error of {record.name}.\n")
