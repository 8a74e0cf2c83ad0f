"""Finding and naming the payees of bank texts, always for a set of texts at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.payees.cleaning import NAME_LENGTH, UNKNOWN, clean_payee, clean_payees, payee_key, payee_keys
from ledgerflow.payees.models import LineToolRun, Payee, PayeeAlias

_NEW_PAYEES = """
    INSERT INTO payees_payee (book_id, name)
    SELECT %(book)s, name FROM unnest(%(names)s::text[]) AS name
    ON CONFLICT (book_id, name) DO NOTHING
"""
# A name that is here already (a person gave it to a payee) gets the key as one more alias.
_NEW_ALIASES = """
    INSERT INTO payees_payeealias (book_id, key, payee_id)
    SELECT %(book)s, found.key, payee.id
    FROM unnest(%(keys)s::text[], %(names)s::text[]) AS found (key, name)
    JOIN payees_payee payee ON payee.book_id = %(book)s AND payee.name = found.name
    ON CONFLICT (book_id, key) DO NOTHING
"""
_KNOWN = """
    SELECT alias.key, alias.payee_id
    FROM unnest(%(keys)s::text[]) AS wanted (key)
    JOIN payees_payeealias alias ON alias.book_id = %(book)s AND alias.key = wanted.key
"""

# Only what still names the payee that the change gave it: whoever named it otherwise since had the last word.
_GIVE_BACK = """
    UPDATE payees_payeealias alias SET payee_id = former.payee
    FROM unnest(%(keys)s::text[], %(former)s::bigint[], %(named)s::bigint[]) AS former (key, payee, named)
    WHERE alias.book_id = %(book)s AND alias.key = former.key AND alias.payee_id = former.named
"""


class PayeeNameError(LedgerFlowError):
    """The name cannot be a payee's."""


class PayeeLookupError(LedgerFlowError):
    """The line's payee cannot be looked up; the sentence says why."""


@dataclass(frozen=True, slots=True)
class FormerAlias:
    """A cleaned bank text that names the payee ``named_id`` now, and named ``payee_id`` before."""

    key: str
    payee_id: int
    named_id: int


@transaction.atomic
def identify_payees(*, book: Book, texts: Collection[str]) -> dict[str, int]:
    """Return the id of each text's payee, making payees that are new to the book.

    Texts without words are left out. One query when all are known and four otherwise, however many there are.
    """
    names = {text: name for text, name in clean_payees(set(texts)).items() if name != UNKNOWN}
    key_by_name = {name: payee_key(name) for name in set(names.values())}
    known = _known(book, set(key_by_name.values()))
    # Sorted, so that two sessions that meet the same new payees wait for each other instead of a deadlock.
    new = dict(sorted((key, name) for name, key in sorted(key_by_name.items()) if key not in known))
    if new:
        with connection.cursor() as cursor:
            cursor.execute(_NEW_PAYEES, {"book": book.pk, "names": sorted(new.values())})
            cursor.execute(_NEW_ALIASES, {"book": book.pk, "keys": list(new), "names": list(new.values())})
        known |= _known(book, set(new))
    return {text: known[key_by_name[name]] for text, name in names.items()}


def known_payees(*, book: Book, texts: Collection[str]) -> dict[str, int]:
    """Return the id of the payee of each text that names one of the book's; nothing is made.

    A text that no bank wrote yet names the payee who is called so, cleaned or as it stands. One query where the book
    knows all texts, and two otherwise.
    """
    keys = payee_keys(texts)
    by_key = _known(book, set(keys.values()))
    known = {text: by_key[key] for text, key in keys.items() if key in by_key}
    names = {text: (" ".join(text.split()), clean_payee(text)) for text in keys if text not in known}
    if not names:
        return known
    called = {name for each in names.values() for name in each}
    by_name = dict(Payee.objects.filter(book=book, name__in=called).values_list("name", "pk"))
    return known | {
        text: by_name[name]
        for text, each in names.items()
        if (name := next(filter(by_name.__contains__, each), None)) is not None
    }


@transaction.atomic
def name_payee(*, book: Book, name: str) -> Payee:
    """Return the book's payee of that name, made if it is new.

    Raises:
        PayeeNameError: the name is empty or longer than 160 characters.
    """
    payee, _ = Payee.objects.get_or_create(book=book, name=checked_name(name))
    return payee


@transaction.atomic
def name_payees(*, book: Book, names: Collection[str]) -> dict[str, Payee]:
    """Return the book's payee of each name, made if it is new; two queries, however many there are.

    Raises:
        PayeeNameError: as :func:`name_payee`.
    """
    checked = {name: checked_name(name) for name in names}
    if not checked:
        return {}
    with connection.cursor() as cursor:
        # Sorted, as in identify_payees.
        cursor.execute(_NEW_PAYEES, {"book": book.pk, "names": sorted(set(checked.values()))})
    payees = {payee.name: payee for payee in Payee.objects.filter(book=book, name__in=checked.values())}
    return {name: payees[payee_name] for name, payee_name in checked.items()}


def checked_name(name: str) -> str:
    """Return the name as a payee has it.

    Raises:
        PayeeNameError: as :func:`name_payee`.
    """
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise PayeeNameError(f"A payee's name has 1 to {NAME_LENGTH} characters.")
    return name


@transaction.atomic
def remember_payee(*, book: Book, text: str, payee: Payee) -> FormerAlias | None:
    """Let the bank text name this payee from now on, as a person said; return what it named before.

    Nothing where it named this payee already, or where it has no words and names nobody.
    """
    return next(iter(remember_payees(book=book, texts=[text], payee=payee)), None)


@transaction.atomic
def remember_payees(*, book: Book, texts: Collection[str], payee: Payee) -> list[FormerAlias]:
    """Let the bank texts name this payee from now on, as :func:`remember_payee` does one; a query more than finding it.

    Returns what those named before that named another one.
    """
    named = identify_payees(book=book, texts=texts)
    others = {text: payee_id for text, payee_id in named.items() if payee_id != payee.pk}
    former = {key: others[text] for text, key in payee_keys(others).items()}
    PayeeAlias.objects.filter(book=book, key__in=former).update(payee=payee)
    return [FormerAlias(key=key, payee_id=former[key], named_id=payee.pk) for key in sorted(former)]


@transaction.atomic
def give_back_aliases(*, book: Book, former: Sequence[FormerAlias]) -> None:
    """Let bank texts name again whom they named before, unless somebody named them otherwise since."""
    with connection.cursor() as cursor:
        cursor.execute(
            _GIVE_BACK,
            {
                "book": book.pk,
                "keys": [each.key for each in former],
                "former": [each.payee_id for each in former],
                "named": [each.named_id for each in former],
            },
        )


def link_run(*, book: Book, line_id: int, run_id: int) -> LineToolRun:
    """Keep that the run, which is committed already, looked up the payee of the line.

    Raises:
        PayeeLookupError: the line went while the tool ran.
    """
    try:
        with transaction.atomic():
            return LineToolRun.objects.create(book=book, line_id=line_id, run_id=run_id)
    except IntegrityError:
        raise PayeeLookupError("The line went with its import while its payee was looked up.") from None


def _known(book: Book, keys: Collection[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"book": book.pk, "keys": list(keys)})
        return dict(cursor.fetchall())
