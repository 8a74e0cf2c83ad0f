"""The payees of a book as a person sees them: how many lines and bank texts each has, and which texts name one."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Q

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import payee_text
from ledgerflow.classification.models import Classification, Rule, State
from ledgerflow.payees.cleaning import payee_keys
from ledgerflow.payees.models import Payee, PayeeAlias

#: Lines that are shown before they name another payee; the counts are of all.
MOVING_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ListedPayee:
    """A payee with how many bank lines and bank texts name it, and the day of its latest line."""

    payee: Payee
    lines: int
    texts: int
    latest: date | None


@dataclass(frozen=True, slots=True)
class ListedAlias:
    """A cleaned bank text that names a payee, and how many of the payee's lines have it."""

    key: str
    lines: int


@dataclass(frozen=True, slots=True)
class PayeeExtent:
    """What changes with a payee: its lines, those of them that are posted, and the rules that name it."""

    lines: int
    posted: int
    rules: int


@dataclass(frozen=True, slots=True)
class MovingLine:
    """A line that would name another payee; its amount in ``currency``, money out negative."""

    line_id: int
    date: date
    text: str
    amount: Decimal
    currency: str
    state: str


@dataclass(frozen=True, slots=True)
class Moving:
    """What would name another payee: bank texts, rules, and so many lines, the latest of them ``shown``."""

    shown: tuple[MovingLine, ...]
    lines: int
    posted: int
    keys: tuple[str, ...]
    rules: tuple[Rule, ...]


def listed_payees(*, book: Book, containing: str = "", limit: int) -> list[ListedPayee]:
    """Return the payees that bank lines or texts name, by name, up to ``limit``; three queries."""
    texts = dict(
        PayeeAlias.objects.filter(book=book).values_list("payee_id").annotate(texts=Count("pk")).order_by()
    )
    lines = {
        payee_id: (count, latest)
        for payee_id, count, latest in Classification.objects.filter(book=book, payee__isnull=False)
        .values_list("payee_id")
        .annotate(count=Count("pk"), latest=Max("line__date"))
        .order_by()
    }
    named = Payee.objects.filter(book=book, pk__in={*texts, *lines}, name__icontains=containing)
    return [
        ListedPayee(payee, *_counted(lines, texts, payee.pk))
        for payee in named.order_by("name", "pk")[:limit]
    ]


def _counted(
    lines: Mapping[int, tuple[int, date]], texts: Mapping[int, int], payee_id: int
) -> tuple[int, int, date | None]:
    count, latest = lines.get(payee_id, (0, None))
    return count, texts.get(payee_id, 0), latest


def aliases_of(*, book: Book, payee: Payee) -> list[ListedAlias]:
    """Return the bank texts that name the payee, those with the most lines first; two queries."""
    counted = Counter(keys_of_lines(book=book, payee=payee).values())
    keys = PayeeAlias.objects.filter(book=book, payee=payee).values_list("key", flat=True)
    return sorted((ListedAlias(key, counted[key]) for key in keys), key=lambda one: (-one.lines, one.key))


def keys_of_lines(*, book: Book, payee: Payee) -> dict[int, str]:
    """Return the cleaned bank text of each line of the payee that has words; one query."""
    rows = Classification.objects.filter(book=book, payee=payee).values_list(
        "line_id", "line__description", "line__counterparty"
    )
    texts = {
        line_id: payee_text(description=description, counterparty=counterparty)
        for line_id, description, counterparty in rows
    }
    keys = payee_keys(set(texts.values()))
    return {line_id: keys[text] for line_id, text in texts.items() if text in keys}


def moving(*, book: Book, payee: Payee, keys: Collection[str] | None = None) -> Moving:
    """Return what goes along where the payee becomes another one, or some bank texts of it do; four queries at most.

    With bank texts alone no rule goes along: a rule says itself whom its lines pay.
    """
    made = Classification.objects.filter(book=book, payee=payee)
    own = PayeeAlias.objects.filter(book=book, payee=payee).order_by("key").values_list("key", flat=True)
    rules: tuple[Rule, ...] = ()
    if keys is None:
        moved_keys = tuple(own)
        rules = tuple(Rule.objects.filter(book=book, payee=payee).order_by("position", "pk"))
    else:
        moved_keys = tuple(key for key in own if key in keys)
        lines = [line for line, key in keys_of_lines(book=book, payee=payee).items() if key in keys]
        made = made.filter(line_id__in=lines)
    counted = made.aggregate(lines=Count("pk"), posted=Count("pk", filter=Q(state=State.POSTED)))
    shown = made.select_related("line").order_by("-line_id")[:MOVING_SHOWN]
    return Moving(
        shown=tuple(
            MovingLine(
                one.line_id,
                one.line.date,
                payee_text(description=one.line.description, counterparty=one.line.counterparty),
                one.line.amount,
                one.line.currency,
                one.get_state_display(),
            )
            for one in shown
        ),
        keys=moved_keys,
        rules=rules,
        **counted,
    )


def extent_of(*, book: Book, payee: Payee) -> PayeeExtent:
    """Return what changes with the payee; two queries."""
    counted = Classification.objects.filter(book=book, payee=payee).aggregate(
        lines=Count("pk"), posted=Count("pk", filter=Q(state=State.POSTED))
    )
    return PayeeExtent(**counted, rules=Rule.objects.filter(book=book, payee=payee).count())
