"""The stages of suggesting, explained, and which of them are on in a book."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import Count, Exists, OuterRef

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, Sharing, Stage, StageOff, State

_WORDS = MappingProxyType(
    {
        Stage.TRANSFERS: (
            "A line opposite one of another own bank account, by amount, day and text, may be a transfer.",
            "No pair is proposed, and lines that may be one always wait for a person.",
        ),
        Stage.RECEIPTS: (
            "A receipt is proposed for lines that fit what it states; once attached, it says who was paid.",
            "No line is proposed for a receipt, and what receipts say suggests nothing; a person attaches them.",
        ),
        Stage.RULES: (
            "What people wrote: when a line looks so, book it so. The more specific rule wins.",
            "No rule suggests or accepts anything; all are kept.",
        ),
        Stage.MEMORY: (
            "What people decided for the payee before, also in this account and at this amount.",
            "Earlier decisions are not looked up; the model still learns from them.",
        ),
        Stage.MODEL: (
            "What lines with similar names, amounts and accounts were, learned from decisions.",
            "Payees that nobody has decided about get no suggestion from similar ones.",
        ),
        Stage.SHARED: (
            "What books of this installation with the same chart learned together, for payees that are new here.",
            "This book neither takes anything from others nor gives anything to them.",
        ),
        Stage.AGENT: (
            "A language model is asked about payees for which nothing else knows an account, where that is allowed.",
            "Nothing is asked about payees, and what it proposed goes from the open lines.",
        ),
    }
)
#: The sources of suggestions that each stage gives.
_SOURCES = MappingProxyType(
    {
        "matched": Stage.RECEIPTS,
        "rule": Stage.RULES,
        "memory": Stage.MEMORY,
        "model": Stage.MODEL,
        "shared": Stage.SHARED,
        "agent": Stage.AGENT,
    }
)


@dataclass(frozen=True, slots=True)
class ListedStage:
    """A stage: what it does, what it means that it is off, and of how many open lines the suggestion is by it.

    ``lines`` is nothing for stages that suggest no account; ``off`` is empty where it is on.
    """

    stage: Stage
    title: str
    does: str
    when_off: str
    lines: int | None
    off: StageOff | None


def stages_off(*, book: Book) -> frozenset[str]:
    """Return the stages that are switched off in the book; one query."""
    rows = StageOff.objects.filter(book=book, switched_on_at__isnull=True)
    return frozenset(rows.values_list("stage", flat=True))


def is_off(stage: Stage, *, book: OuterRef) -> Exists:
    """Return the condition that the stage is switched off, for a query over lines of the ``book``."""
    return Exists(StageOff.objects.filter(book=book, stage=stage, switched_on_at__isnull=True))


def listed_stages(*, book: Book) -> list[ListedStage]:
    """Return every stage in its order; two queries."""
    off = {
        row.stage: row
        for row in StageOff.objects.filter(book=book, switched_on_at__isnull=True).select_related(
            "switched_off_by"
        )
    }
    waiting = Classification.objects.filter(book=book, state=State.OPEN, decided_by__isnull=True)
    sources = waiting.exclude(account__isnull=True).values_list("source").annotate(count=Count("line_id"))
    lines = dict.fromkeys(_SOURCES.values(), 0)
    for source, count in sources:
        if source in _SOURCES:
            lines[_SOURCES[source]] += count
    return [
        ListedStage(stage, stage.label.capitalize(), *_WORDS[stage], lines.get(stage), off.get(stage))
        for stage in Stage
    ]


def sharing_on() -> Sharing | None:
    """Return the leave by which books learn from each other; nothing where nobody gave it. One query."""
    return Sharing.objects.filter(ended_at__isnull=True).select_related("allowed_by").first()


def stages_before(*, book: Book) -> Sequence[StageOff]:
    """Return when stages were off, the latest first; one query."""
    rows = StageOff.objects.filter(book=book, switched_on_at__isnull=False)
    return list(rows.select_related("switched_off_by", "switched_on_by").order_by("-pk"))
