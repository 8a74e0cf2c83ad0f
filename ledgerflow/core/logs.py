"""How a line of the log looks: for people, or as JSON for programs. Both without secrets, both one line a record."""

import json
import logging
from datetime import UTC, datetime

from ledgerflow.core.doing import doing
from ledgerflow.core.redaction import redacted


class LineFormatter(logging.Formatter):
    """A line for people: time, level, logger, what happened, and of which request or job."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; the traceback stands below it."""
        when = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
        message = redacted(record.getMessage()).replace("\r", "\\r").replace("\n", "\\n")
        words = [f"{when} {record.levelname} {record.name} {message}"]
        words += [f"{name}={value}" for name, value in _about().items()]
        line = " ".join(words)
        trace = _traceback(self, record)
        return f"{line}\n{trace}" if trace else line


class JsonFormatter(logging.Formatter):
    """A JSON object a line, so that nothing in a message can begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
            "process": record.process,
            **_about(),
        }
        if trace := _traceback(self, record):
            fields["traceback"] = trace
        return json.dumps(fields, ensure_ascii=False)


def _about() -> dict[str, object]:
    now = doing()
    facts: dict[str, object] = {
        "request": now.request_id,
        "job": now.job_id,
        "job_name": now.job_name,
        "book": now.book_slug,
        "user": now.user_id,
        "tool": now.tool,
    }
    return {name: value for name, value in facts.items() if value}


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return (
        redacted(formatter.formatException(record.exc_info)) if record.exc_info and record.exc_info[0] else ""
    )
