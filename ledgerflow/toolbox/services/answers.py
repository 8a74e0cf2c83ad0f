"""Answers that stand for the same question for a while: in the cache, and on record, which all processes share."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.crypto import salted_hmac

from ledgerflow.books.models import Book
from ledgerflow.core.cached import TOOL_ANSWERS, keep, peek
from ledgerflow.toolbox import plain
from ledgerflow.toolbox.loader import code_digest, package_of
from ledgerflow.toolbox.models import Tool
from ledgerflow.toolbox.services import runs
from ledgerflow.toolbox.services.configuration import answering_configuration
from ledgerflow.toolbox.services.runs import KeptAnswer

_SALT = "ledgerflow.toolbox.answers"
#: Tools of tools that are looked at; a call goes no deeper.
_DEEPEST = 4


def answer_key(
    tool: Tool, book: Book | None, configuration: Mapping[str, Any], arguments: object, *, code: str
) -> str:
    """Return a name for the question: who answers it by which code, set up how, for which book, and the arguments.

    ``configuration`` is the one with secrets: another key asks anew. The name is made with the installation's secret
    key, so that nobody who reads it can try out which secrets are in it.
    """
    answering = [tool.pk, tool.version, code, tool.result_schema, configuration, _needed(tool, book)]
    asked = [book.pk if book else 0, answering, arguments]
    return salted_hmac(_SALT, plain.digest(asked), algorithm="sha256").hexdigest()


def find_answer(key: str, *, book: Book | None, now: datetime, seconds: int) -> KeptAnswer | None:
    """Return the answer to the question of this key that is at most so old, if one is kept."""
    found = peek(TOOL_ANSWERS, book_id=book.pk if book else 0, version=key)
    return KeptAnswer(*found) if found else runs.kept_answer(key, since=now - timedelta(seconds=seconds))


def keep_answer(key: str, answer: KeptAnswer, *, book: Book | None, seconds: int) -> None:
    """Keep the answer in the cache too, where one that is too long for the record is found by this process at least."""
    keep(TOOL_ANSWERS, book_id=book.pk if book else 0, version=key, value=tuple(answer), seconds=seconds)


def _needed(tool: Tool, book: Book | None, depth: int = 1) -> list[Any]:
    """Return how the tools stand that this one may ask: what they answer is in its answer."""
    if not tool.manifest["needs"] or depth > _DEEPEST:
        return []
    needed = Tool.objects.filter(module_path__in=tool.manifest["needs"]).order_by("module_path")
    return [
        [
            each.pk,
            each.version,
            code_digest(package_of(each.module_path)),
            each.state,
            answering_configuration(each, book),
            _needed(each, book, depth + 1),
        ]
        for each in needed
    ]
