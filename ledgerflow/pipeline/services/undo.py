"""Take an import back across all stages: as if the file had never come, with what people decided listed first."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ledgerflow.books.scope import book_scope
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.posting.services import release_lines
from ledgerflow.classification.selectors import decisions_about
from ledgerflow.statements.selectors import lines_only_in
from ledgerflow.statements import services as statements
from ledgerflow.users.models import User

_SHOWN_DECISIONS = 20


class UndoRefusedError(LedgerFlowError):
    """The import cannot be undone as asked; the message says what stands in the way."""


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing would take away: lines by count, and what people decided about them, in words."""

    removed: int
    kept: int
    posted: int
    decided: tuple[str, ...]
    more_decided: int
