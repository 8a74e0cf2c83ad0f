"""The queue by payee or by proposed account: groups, the largest first, each with its first few lines."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import BigIntegerField, Count, F, Max, Q, Sum, Window
from django.db.models.functions import Coalesce, RowNumber

from ledgerflow.books.models import Book
from ledgerflow.classification.finding import SURENESS
from ledgerflow.classification.services import NOBODY
from ledgerflow.ledger.models import Account
from ledgerflow.payees.models import Payee
from ledgerflow.review.selectors import QueueRow, rows_of
from ledgerflow.review.which import By, Which

#: Lines of each group on a page; its own page shows all.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of groups ends: the size and the key of its last group."""

    count: int
    key: int

    def __str__(self) -> str:
        return f"{self.count}-{self.key}"


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one payee or account (``key``, 0 for none): how many, how much by currency, and the first of them.

    ``through`` is the latest of its lines. ``sure`` counts those that accepting the group takes: with an account or
    parts, and a confidence of :data:`~ledgerflow.classification.engine.SURE` or more.
    """

    key: int
    name: str
    count: int
    sure: int
    through: int
    totals: tuple[tuple[str, Decimal], ...]
    rows: tuple[QueueRow, ...]


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Groups, the largest first; ``following`` is the ``after`` of the next page."""

    groups: tuple[Group, ...]
    following: Place | None


@dataclass(frozen=True, slots=True)
class Extent:
    """How many lines match, and the latest of them, 0 where none does; ``sure`` as with :class:`Group`."""

    count: int
    through: int
    sure: int


#: What is accepted of a set whose lines nobody looked at one by one; :attr:`QueueRow.is_sure` says it of one line.
_SURE = Count("pk", filter=SURENESS["sure"] & (Q(account__isnull=False) | Q(is_split=True)))


def extent(*, book: Book, which: Which) -> Extent:
    """Return how many lines match; one query."""
    found = which.lines(book).aggregate(count=Count("pk"), through=Max("pk"), sure=_SURE)
    return Extent(found["count"], found["through"] or 0, found["sure"])


def name_of(*, book: Book, which: Which) -> str:
    """Return in words which payee and account the lines are of; a query for each that is asked for."""
    said = []
    for asked, model in ((which.payee_id, Payee), (which.account_id, Account)):
        if asked is not None:
            found = model.objects.filter(book=book, pk=asked).first()
            said.append(str(found) if found else f"no {model.__name__.lower()}")
    return " and ".join(said)


def groups(*, book: Book, which: Which, by: By, after: Place | None = None, limit: int = 20) -> GroupPage:
    """Return a page of groups behind the place; six queries, however many groups and lines there are."""
    lines = which.lines(book).annotate(key=Coalesce(F(f"{by}_id"), NOBODY, output_field=BigIntegerField()))
    heads = (
        lines.values("key").annotate(size=Count("pk"), through=Max("pk"), sure=_SURE).order_by("-size", "key")
    )
    if after is not None:
        heads = heads.filter(Q(size__lt=after.count) | Q(size=after.count, key__gt=after.key))
    found = list(heads[: limit + 1])
    keys = [head["key"] for head in found[:limit]]
    of_page = lines.filter(key__in=keys)
    totals: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    sums = of_page.values_list("key", "line__currency").annotate(Sum("line__amount"))
    for key, currency, total in sums.order_by("line__currency"):
        totals[key].append((currency, total))
    first = of_page.annotate(
        place=Window(RowNumber(), partition_by=F("key"), order_by=F("line_id").asc())
    ).filter(place__lte=SHOWN)
    rows: dict[int, list[QueueRow]] = defaultdict(list)
    key_of = dict(first.order_by("line_id").values_list("line_id", "key"))
    for row in rows_of(book=book, line_ids=list(key_of)):
        rows[key_of[row.line_id]].append(row)
    names = _names(book, by, keys)
    return GroupPage(
        groups=tuple(
            Group(
                key=head["key"],
                name=names.get(head["key"], ""),
                count=head["size"],
                sure=head["sure"],
                through=head["through"],
                totals=tuple(totals[head["key"]]),
                rows=tuple(rows[head["key"]]),
            )
            for head in found[:limit]
        ),
        following=Place(found[limit - 1]["size"], keys[-1]) if len(found) > limit else None,
    )


def _names(book: Book, by: By, keys: list[int]) -> dict[int, str]:
    model = Payee if by == By.PAYEE else Account
    return {each.pk: str(each) for each in model.objects.filter(book=book, pk__in=keys)}
