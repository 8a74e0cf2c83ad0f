"""What becomes of each line of a statement, and why: new, here already, separate from one that looks the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, QuerySet, TextField, Value, When, Window
from django.db.models.functions import RowNumber

from ledgerflow.statements.likeness import text_key
from ledgerflow.statements.models import SETTLED_HOLDS, DayQuestion, Hold, Sighting, Statement, StatementLine
from ledgerflow.statements.page_selectors import ShownSighting

#: Other lines that are named beside a line.
_NAMED = 3


class Fate(StrEnum):
    """What becomes of a line; the value is the word beside it."""

    NEW = "New"
    KNOWN = "Here already"
    SEPARATE = "New, though one looks the same"
    ASKED = "Here already, or not?"

    @property
    def icon(self) -> str:
        """The shape beside the word."""
        return _ICONS[self]


_ICONS = {Fate.NEW: "plus", Fate.KNOWN: "check", Fate.SEPARATE: "files", Fate.ASKED: "help"}


@dataclass(frozen=True, slots=True)
class LineFate:
    """What becomes of a line, why in words, and the showings of it, or of what looks the same; the first ones.

    ``hold`` says why it is held back, in words; empty where it is not.
    """

    fate: Fate
    why: str
    others: Sequence[Sighting]
    hold: str


def line_fates(*, statement: Statement, lines: Sequence[ShownSighting]) -> dict[int, LineFate]:
    """Return what became of the lines when the statement came, by their numbers in it. One query at most."""
    alike = _alike(statement, [one for one in lines if not one.known_from])
    return {one.sighting.no: _fate(one, alike.get(one.sighting.no, ())) for one in lines}


def _fate(one: ShownSighting, alike: Sequence[Sighting]) -> LineFate:
    line = one.sighting.line
    hold = line.get_hold_display() if line.hold else ""
    if one.known_from:
        return LineFate(Fate.KNOWN, _why_known(one), one.known_from[:_NAMED], hold)
    if line.hold in (Hold.TWIN, Hold.DAYS):
        return _fate_under_another_day(one)
    others = alike[:_NAMED]
    if line.hold == Hold.QUESTION:
        return LineFate(
            Fate.ASKED,
            "Nothing in the files tells whether it is one of these.",
            others,
            "",
        )
    if others:
        return LineFate(Fate.SEPARATE, _why_separate(others), others, hold)
    return LineFate(Fate.NEW, "", (), hold)


def _fate_under_another_day(one: ShownSighting) -> LineFate:
    is_twin = one.sighting.line.hold == Hold.TWIN
    said = [twin for twin in one.twins if (twin.question.answer == DayQuestion.Answer.SAME) == is_twin]
    others = [twin.showing for twin in said][:_NAMED]
    if not is_twin:
        return LineFate(Fate.ASKED, "It may be one of these, under another day.", others, "")
    found = {twin.question.get_evidence_display() for twin in said if twin.question.evidence}
    by = found.pop() if found else "what a person said"
    return LineFate(Fate.KNOWN, f"It is here under another day, by {by}.", others, "")


def _why_known(one: ShownSighting) -> str:
    line = one.sighting.line
    ids = {_bank_id(each, line.bank_id) for each in one.known_from}
    bank_id = _bank_id(one.sighting, line.bank_id)
    if bank_id and bank_id in ids:
        return "Day, amount and the bank's id agree."
    return "Day and amount agree, in other words." if one.words else "Day, amount and text agree."


def _bank_id(shown: Sighting, of_line: str | None) -> str | None:
    """Return the bank's id that the file states; an id may have come to the line with another file."""
    said: str | None = (shown.differs or {}).get("bank_id", of_line)
    return said


def _why_separate(others: Iterable[Any]) -> str:
    if all(other.is_here for other in others):
        return "The file has it more than once, so it happened more than once."
    return "Day and amount are those of another line, which the file does not show here."


def _alike(statement: Statement, new: Sequence[ShownSighting]) -> dict[int, list[Sighting]]:
    """Return, by the number of each new line, the first showings of other lines of its day and amount that were there.

    Of the lines that its own file shows only those with the same words look the same. However many there are,
    PostgreSQL gives a few of each kind.
    """
    if not new:
        return {}
    by_look: dict[tuple[object, object, str | None], list[Any]] = {}
    for shown in _first_showings(statement, [one.sighting.line for one in new]):
        by_look.setdefault(_look_of(shown.line, is_here=shown.is_here), []).append(shown)
    alike = {}
    for one in new:
        line = one.sighting.line
        found = [*by_look.get(_look_of(line), ()), *by_look.get(_look_of(line, is_here=True), ())]
        alike[one.sighting.no] = [shown for shown in found if shown.line_id != line.pk]
    return alike


def _look_of(line: StatementLine, *, is_here: bool = False) -> tuple[object, object, str | None]:
    words = text_key(line.description, line.counterparty) if is_here else None
    return line.date, line.amount, words


def _first_showings(statement: Statement, lines: Sequence[StatementLine]) -> QuerySet[Any]:
    """Return showings of lines of these days and amounts, each line's first one, in their order, a few of each kind.

    A kind is a day and an amount, of the lines that the statement shows too (``is_here``) also their words.
    """
    showings = Sighting.objects.filter(book=statement.book_id, line=OuterRef("line"))
    return (
        Sighting.objects.filter(
            ~Exists(showings.filter(statement__lt=OuterRef("statement"))),
            book=statement.book_id,
            statement__lte=statement.pk,
            line__bank_account=statement.bank_account_id,
            line__date__in={line.date for line in lines},
            line__amount__in={line.amount for line in lines},
        )
        .exclude(line__hold__in=SETTLED_HOLDS)
        .annotate(is_here=Exists(showings.filter(statement=statement.pk)))
        .annotate(
            rank=Window(
                RowNumber(),
                partition_by=[
                    F("line__date"),
                    F("line__amount"),
                    F("is_here"),
                    _words_if_here("description"),
                    _words_if_here("counterparty"),
                ],
                order_by=[F("statement"), F("no")],
            )
        )
        # The line that is looked at may be one of them.
        .filter(rank__lte=_NAMED + 1)
        .select_related("line", "statement__document")
        .order_by("statement_id", "no")
    )


def _words_if_here(field: str) -> Case:
    return Case(When(is_here=True, then=F(f"line__{field}")), default=Value(""), output_field=TextField())
