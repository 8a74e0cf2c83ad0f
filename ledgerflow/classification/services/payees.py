"""Payees called otherwise, two made one, and one taken apart; each is kept so that it can be undone."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.errors import PayeeError, PayeeTakenError
from ledgerflow.classification.models import BusinessUse, ChangedAlias, DecisionChange, Rule
from ledgerflow.classification.payee_selectors import extent_of, keys_of_lines
from ledgerflow.classification.services.refit import ask_for_refit, suggest_for_payees
from ledgerflow.core.arrays import whole_numbers
from ledgerflow.payees.models import Payee, PayeeAlias
from ledgerflow.payees.services import checked_name, name_payee
from ledgerflow.users.models import User

# In the order of their lines, so that two sessions wait for each other instead of a deadlock. Posted lines are among
# them: what an entry is called by is no part of it.
_MOVE = """
    WITH moved AS MATERIALIZED (
        SELECT line_id FROM classification_classification
        WHERE book_id = %(book)s AND payee_id = %(before)s
            AND (%(lines)s::bigint[] IS NULL OR line_id = ANY(%(lines)s::bigint[]))
        ORDER BY line_id FOR UPDATE
    ), kept AS (
        INSERT INTO classification_changedline (change_id, book_id, line_id, before, after)
        SELECT %(change)s, %(book)s, line_id, jsonb_build_object('payee', %(before)s::bigint),
            jsonb_build_object('payee', %(after)s::bigint)
        FROM moved
    )
    UPDATE classification_classification made SET payee_id = %(after)s FROM moved WHERE moved.line_id = made.line_id
"""
# Whoever named a line otherwise since had the last word.
_MOVE_BACK = """
    WITH moved AS MATERIALIZED (
        SELECT made.line_id, (kept.before ->> 'payee')::bigint AS payee
        FROM classification_changedline kept
        JOIN classification_classification made ON made.line_id = kept.line_id AND made.book_id = kept.book_id
            AND made.payee_id = (kept.after ->> 'payee')::bigint
        WHERE kept.change_id = %s
        ORDER BY made.line_id FOR UPDATE OF made
    )
    UPDATE classification_classification made SET payee_id = moved.payee FROM moved WHERE moved.line_id = made.line_id
"""


@transaction.atomic
def rename_payee(
    *, book: Book, payee_id: int, name: str, user: User, now: datetime, merge: bool = False
) -> Payee:
    """Call a payee otherwise, on all its lines; where another has the name, ``merge`` makes one of both.

    Return the payee that stays. Bank texts, lines (posted ones too) and rules of a merged one name the other.

    Raises:
        PayeeNameError: the name is empty or longer than 160 characters.
        PayeeTakenError: another payee has the name, and ``merge`` was not asked for.
        PayeeError: the book has no such payee, it is called so already, or it would be merged and has a business use.
    """
    name = checked_name(name)
    named = Payee.objects.select_for_update().filter(book=book)
    both = {one.pk: one for one in (named.filter(pk=payee_id) | named.filter(name=name)).order_by("pk")}
    payee = both.pop(payee_id, None)
    if payee is None:
        raise PayeeError("This book has no such payee.")
    if payee.name == name:
        raise PayeeError(f"The payee is called {name} already.")
    other = next(iter(both.values()), None)
    if other is None:
        _keep(book, payee, user, now, former_name=payee.name)
        payee.name = name
        payee.save(update_fields=["name"])
        suggest_for_payees(book=book, payee_ids=[payee.pk], is_all=True)
        ask_for_refit(book=book)
        return payee
    if not merge:
        lines = extent_of(book=book, payee=other).lines
        raise PayeeTakenError(
            f"There is a payee {name} already, with {lines:,} lines. Merge the two, or choose another name."
        )
    if BusinessUse.objects.filter(book=book, payee=payee).exists():
        raise PayeeError(f"A business use is said of {payee.name}; take it back before the two become one.")
    keys = PayeeAlias.objects.filter(book=book, payee=payee).values_list("key", flat=True)
    rules = Rule.objects.filter(book=book, payee=payee)
    moved_rules = list(rules.order_by("pk").values_list("pk", flat=True))
    change = _keep(book, payee, user, now, moved_rules=moved_rules)
    rules.update(payee=other)
    _move(change, payee, other, keys=list(keys), line_ids=None)
    return other


@transaction.atomic
def split_payee(
    *, book: Book, payee_id: int, keys: Collection[str], name: str, user: User, now: datetime
) -> Payee:
    """Let some of the payee's bank texts, and its lines that have them, name another payee; return that one.

    Raises:
        PayeeNameError: the name is empty or longer than 160 characters.
        PayeeError: the book has no such payee, the texts are not its own, or none or all of them, or the name is its.
    """
    payee = Payee.objects.select_for_update().filter(book=book, pk=payee_id).first()
    if payee is None:
        raise PayeeError("This book has no such payee.")
    check_split(payee=payee, keys=keys, name=name)
    chosen, other = set(keys), name_payee(book=book, name=name)
    lines = [line for line, key in keys_of_lines(book=book, payee=payee).items() if key in chosen]
    _move(_keep(book, payee, user, now), payee, other, keys=sorted(chosen), line_ids=lines)
    return other


def check_split(*, payee: Payee, keys: Collection[str], name: str) -> None:
    """Do nothing where :func:`split_payee` would let the bank texts name the other payee; one query.

    Raises:
        PayeeNameError, PayeeError: as :func:`split_payee`.
    """
    own = set(PayeeAlias.objects.filter(book_id=payee.book_id, payee=payee).values_list("key", flat=True))
    chosen = set(keys)
    if not chosen or not chosen <= own:
        raise PayeeError("Choose bank texts that name this payee; load the page again.")
    if chosen == own:
        raise PayeeError("These are all of its bank texts; rename the payee instead.")
    if checked_name(name) == payee.name:
        raise PayeeError("Give the other payee a name of its own.")


@transaction.atomic
def move_back(*, change: DecisionChange) -> int:
    """Call the payee again, or let lines and rules name again whom they named before; return how many lines.

    Raises:
        PayeeTakenError: another payee has the former name by now.
    """
    assert change.payee_id is not None  # the caller asked
    book, payee = change.book, Payee.objects.select_for_update().get(pk=change.payee_id)
    if change.former_name:
        if Payee.objects.filter(book=book, name=change.former_name).exclude(pk=payee.pk).exists():
            raise PayeeTakenError(
                f"{payee.name} stays so called: another payee has the name {change.former_name} by now. Merge the two "
                "or choose a name on the page Payees. The next undo takes back the change before this one."
            )
        payee.name = change.former_name
        payee.save(update_fields=["name"])
        return extent_of(book=book, payee=payee).lines
    Rule.objects.filter(book=book, pk__in=change.moved_rules).update(payee=payee)
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_BACK, [change.pk])
        return int(cursor.rowcount)


def _keep(
    book: Book,
    payee: Payee,
    user: User,
    now: datetime,
    *,
    former_name: str = "",
    moved_rules: Sequence[int] = (),
) -> DecisionChange:
    return DecisionChange.objects.create(
        book=book,
        act=DecisionChange.Act.PAYEE,
        payee=payee,
        former_name=former_name,
        moved_rules=list(moved_rules),
        made_by=user,
        made_at=now,
    )


def _move(
    change: DecisionChange,
    payee: Payee,
    other: Payee,
    *,
    keys: Sequence[str],
    line_ids: Sequence[int] | None,
) -> None:
    """Let texts and lines of the payee, with ``None`` all lines, name the other, and suggest anew for both."""
    book = change.book
    ChangedAlias.objects.bulk_create(
        ChangedAlias(change=change, book=book, key=key, before=payee, after=other) for key in keys
    )
    PayeeAlias.objects.filter(book=book, payee=payee, key__in=keys).update(payee=other)
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE,
            {
                "book": book.pk,
                "change": change.pk,
                "before": payee.pk,
                "after": other.pk,
                "lines": None if line_ids is None else whole_numbers(line_ids),
            },
        )
    suggest_for_payees(book=book, payee_ids=[payee.pk, other.pk], is_all=True)
    ask_for_refit(book=book)
