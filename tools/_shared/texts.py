"""The words of a line: description, counterparty, reference and the bank's own identifier."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools._shared.columns import Columns
from tools._shared.vocabulary import Role

_MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Texts:
    """The text columns of a table, each as cells over all body rows."""

    counterparty: Sequence[Sequence[str]]
    description: Sequence[Sequence[str]]
    reference: Sequence[Sequence[str]]
    bank_id: Sequence[str] | None

    def counterparties(self) -> Sequence[str]:
        """Return the first counterparty that each row names."""
        return _first(self.counterparty)

    def references(self) -> Sequence[str]:
        """Return the first reference that each row names."""
        return _first(self.reference)

    def descriptions(self, rows: int) -> list[str]:
        """Return the description of each row: every distinct text once, in the order of the columns."""
        named = [self.counterparties()] if self.counterparty else []
        found = _joined([*named, *self.description], rows)
        if "" in found:
            instead = _joined(self.reference, rows)
            found = [text or other for text, other in zip(found, instead, strict=True)]
        return found


def one_line(text: str) -> str:
    """Return the text on one line with single spaces."""
    return " ".join(text.split()) if "  " in text or not text.isprintable() else text


def _first(columns: Sequence[Sequence[str]]) -> Sequence[str]:
    if len(columns) <= 1:
        return columns[0] if columns else ()
    return [next(filter(None, cells), "") for cells in zip(*columns, strict=True)]


def _joined(columns: Sequence[Sequence[str]], rows: int) -> list[str]:
    if not columns:
        return [""] * rows
    if len(columns) == 1:
        found = list(columns[0])
    elif len(columns) == 2:
        pairs = zip(*columns, strict=True)
        found = [f"{one} {two}" if one and two and one != two else one or two for one, two in pairs]
    else:
        found = [" ".join(dict.fromkeys(filter(None, cells))) for cells in zip(*columns, strict=True)]
    together = "|".join(found)
    return found if together.isprintable() and "  " not in together else list(map(one_line, found))


def _unique(columns: Columns, column: int) -> bool:
    filled = [cell for cell in columns.pick(column) if cell]
    return len(filled) == len(columns.dated) and len(set(filled)) == len(filled)


def text_roles(columns: Columns, used: set[int]) -> dict[int, Role]:
    """Return the text columns from left to right; without a header every column of words that varies is description."""
    if not columns.has_header:
        words = [
            at
            for at in range(len(columns.cells))
            if at not in used
            and at not in columns.days
            and at not in columns.numbers
            and any(columns.pick(at))
        ]
        varying = [at for at in words if len(set(columns.pick(at))) > 1] or words
        return dict.fromkeys(varying[:_MOST_PARTS], Role.DESCRIPTION)
    filled = [at for at in range(len(columns.cells)) if at not in used and any(columns.pick(at))]
    named = {role: [at for at in filled if columns.roles[at] is role] for role in Role}
    description = named[Role.DESCRIPTION]
    if not description and not named[Role.COUNTERPARTY]:
        description = [at for at in named[Role.OTHER] if at not in columns.numbers]
    bank_id = next((at for at in named[Role.BANK_ID] if _unique(columns, at)), None)
    return {
        **dict.fromkeys(named[Role.COUNTERPARTY], Role.COUNTERPARTY),
        **dict.fromkeys(description[:_MOST_PARTS], Role.DESCRIPTION),
        **dict.fromkeys(named[Role.REFERENCE], Role.REFERENCE),
        **({} if bank_id is None else {bank_id: Role.BANK_ID}),
    }


def text_columns(columns: Columns, used: set[int]) -> Texts:
    """Return the cells of the text columns."""
    roles = text_roles(columns, used)

    def cells(role: Role) -> list[Sequence[str]]:
        return [columns.cells[at] for at, found in roles.items() if found is role]

    bank_ids = cells(Role.BANK_ID)
    return Texts(
        counterparty=cells(Role.COUNTERPARTY),
        description=cells(Role.DESCRIPTION),
        reference=cells(Role.REFERENCE),
        bank_id=bank_ids[0] if bank_ids else None,
    )
