"""What happened to a line, by time: what was changed, what was looked up in vain, what the agent was asked. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledgerflow.agent.models import AgentConversation
from ledgerflow.classification.history_selectors import ToldChange, ToldFact
from ledgerflow.payees.lookups import Lookup


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Something that happened; where it is no change of the line, ``sentence`` says what came of it.

    ``at`` is empty where nobody kept it, as :class:`ToldChange` says; the place among the others tells then.
    ``run_id`` is of the tool's run that says more, ``conversation_id`` of the conversation.
    """

    at: datetime | None
    who: str
    act: str
    undone_at: datetime | None = None
    facts: Sequence[ToldFact] = ()
    sentence: str = ""
    run_id: int | None = None
    conversation_id: int | None = None


def history_of(
    *, changes: Iterable[ToldChange], lookups: Iterable[Lookup], said: AgentConversation | None
) -> list[HistoryRow]:
    """Return what happened, the latest first. A lookup that was answered is told where the payee is proposed."""
    rows = [
        HistoryRow(each.at, each.who, each.act, undone_at=each.undone_at, facts=each.facts)
        for each in changes
    ]
    for moment, asked in _asked(lookups, said):
        older = (place for place, row in enumerate(rows) if row.at is not None and row.at < moment)
        rows.insert(next(older, len(rows)), asked)
    return rows


def _asked(
    lookups: Iterable[Lookup], said: AgentConversation | None
) -> Iterator[tuple[datetime, HistoryRow]]:
    for each in lookups:
        if each.failure:
            yield (
                each.asked_at,
                HistoryRow(
                    each.asked_at,
                    each.asked_by,
                    "looked the payee up",
                    sentence=f"The payee was not found out. {each.failure}",
                    run_id=each.run_id,
                ),
            )
    if said is not None:
        outcome = said.get_outcome_display()
        yield (
            said.started_at,
            HistoryRow(
                said.started_at,
                str(said.asked_by or "an import"),
                "asked the agent",
                sentence=f"{outcome[:1].upper()}{outcome[1:]}. {said.sentence}".rstrip(),
                conversation_id=said.pk,
            ),
        )
