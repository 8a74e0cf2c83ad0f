"""On which basis a report stands, and which tags it keeps to: what its addresses and its head say of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from ledgerflow.posting.tag_selectors import TagFilter, TagSet


class Basis(StrEnum):
    """When income and expenses count: when money moves, or when the document behind them says."""

    CASH = "cash"
    ACCRUAL = "accrual"


@dataclass(frozen=True, slots=True)
class Scope:
    """Basis and tags of a report; ``tag_name`` is how the tag that all its figures keep to is called."""

    basis: Basis = Basis.CASH
    tags: TagFilter | None = None
    tag_name: str = ""

    @property
    def query(self) -> str:
        """Its part of the address of the lines behind a figure; nothing for the whole journal as it stands."""
        parts = [("basis", self.basis.value)] if self.basis is Basis.ACCRUAL else []
        return urlencode([*parts, *query_of(self.tags)])

    @property
    def words(self) -> str:
        """What the head of a report says of it."""
        return f"{self.basis} basis" + (f", {self.tag_name}" if self.tag_name else "")


def query_of(tags: TagFilter | None) -> list[tuple[str, str]]:
    """Return the part of an address that says which tags."""
    if tags is None:
        return []
    if tags.exactly is None:
        return [("tag", str(tags.having))]
    return [("tags", "_".join(map(str, tags.exactly)) or "none")]


def title_of(tags: TagSet, names: Mapping[int, str]) -> str:
    """Return how a column of entries with exactly these tags is called."""
    return " ".join(sorted((f"#{names[tag]}" for tag in tags), key=str.lower)) or "No tag"
