"""Transfers between two own bank accounts: what may be one, and what was made of two lines."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import FilteredRelation, Q

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import TRANSFER_DELAY
from ledgerflow.core.arrays import whole_numbers
from ledgerflow.posting.matching import Account, Candidate, Side, best_first, candidate, sure_pairs
from ledgerflow.posting.models import Transfer
from ledgerflow.statements.models import BankAccount, BankAccountNumber, StatementLine

#: Candidates that are shown for one line: with more, no list helps.
MOST_CANDIDATES = 10

# For each line the lines of every other bank account within the delay, which one range of an index holds. Amounts that
# are opposite come first, so that the limit never hides one behind an exchange.
_CANDIDATES = """
    SELECT mine.id, mine.bank_account_id, mine.date, mine.amount, mine.currency, mine.description, mine.counterparty,
        other.id, other.bank_account_id, other.date, other.amount, other.currency, other.description, other.counterparty
    FROM classification_classification made
    JOIN statements_statementline mine ON mine.id = made.line_id
    JOIN statements_bankaccount bank ON bank.book_id = made.book_id AND bank.id <> mine.bank_account_id
    CROSS JOIN LATERAL (
        SELECT line.* FROM statements_statementline line
        JOIN classification_classification other_made
            ON other_made.line_id = line.id AND other_made.state IN ('open', 'accepted')
        WHERE line.book_id = made.book_id AND line.bank_account_id = bank.id
            AND line.date BETWEEN mine.date - %(delay)s::integer AND mine.date + %(delay)s::integer
            AND line.hold = '' AND NOT line.is_pending AND sign(line.amount) = -sign(mine.amount)
            AND (line.currency <> mine.currency OR line.amount = -mine.amount)
            AND NOT EXISTS (
                SELECT FROM posting_transfer pair
                WHERE pair.book_id = made.book_id AND pair.state = 'rejected'
                    AND pair.out_line_id = CASE WHEN mine.amount < 0 THEN mine.id ELSE line.id END
                    AND pair.in_line_id = CASE WHEN mine.amount < 0 THEN line.id ELSE mine.id END
            )
        ORDER BY line.currency <> mine.currency, abs(line.date - mine.date), line.id
        LIMIT %(most)s
    ) other
    WHERE made.book_id = %(book)s AND made.state IN ('open', 'accepted') AND mine.hold = '' AND NOT mine.is_pending
        AND (%(even_off)s OR NOT EXISTS (
            SELECT FROM classification_stageoff
            WHERE book_id = %(book)s AND stage = 'transfers' AND switched_on_at IS NULL
        ))
        AND (mine.id = ANY(%(lines)s::bigint[]) OR %(lines)s::bigint[] IS NULL AND mine.amount < 0)
"""
_SIDE = 7


def candidates_of(*, book: Book, line_id: int) -> list[Candidate]:
    """Return what the line may be a transfer with, the likeliest first; pairs that were rejected are left out.

    Nothing where the stage is switched off. Two queries.
    """
    return best_first(_candidates(book, [line_id]))[:MOST_CANDIDATES]


def with_candidates(*, book: Book, line_ids: Collection[int]) -> set[int]:
    """Return those of the lines that may be a transfer, about which nobody has answered; two queries.

    Also where the stage is switched off: then no pair is proposed, but such a line still waits for a person.
    """
    found = _candidates(book, line_ids, even_off=True) if line_ids else set()
    return {side.line_id for one in found for side in (one.sent, one.received)}.intersection(line_ids)


def transfers_named(*, book: Book, line_ids: Collection[int]) -> dict[int, str]:
    """Return for those of the lines that may be a transfer what to call it, such as "transfer to Savings".

    The likeliest where there are several; nothing where the stage is switched off. Two queries, one in a book with one
    bank account.
    """
    wanted = set(line_ids)
    named: dict[int, str] = {}
    for one in best_first(_candidates(book, line_ids)) if line_ids else ():
        if one.sent.line_id in wanted:
            named.setdefault(one.sent.line_id, f"transfer to {one.received.account.name}")
        if one.received.line_id in wanted:
            named.setdefault(one.received.line_id, f"transfer from {one.sent.account.name}")
    return named


def sure_transfers(*, book: Book) -> list[Candidate]:
    """Return the pairs of the book that need no choice: a text says so, and neither line has another candidate.

    Nothing where the stage is switched off.
    """
    return sure_pairs(_candidates(book, None))


def _candidates(book: Book, line_ids: Collection[int] | None, *, even_off: bool = False) -> set[Candidate]:
    accounts = _accounts(book)
    if len(accounts) < 2:
        return set()
    with connection.cursor() as cursor:
        facts = {
            "book": book.pk,
            "lines": None if line_ids is None else whole_numbers(line_ids),
            "delay": TRANSFER_DELAY.days,
            "most": MOST_CANDIDATES,
            "even_off": even_off,
        }
        cursor.execute(_CANDIDATES, facts)
        found = (
            candidate(_side(row[:_SIDE], accounts), _side(row[_SIDE:], accounts)) for row in cursor.fetchall()
        )
        return {one for one in found if one is not None}


def _side(row: tuple[Any, ...], accounts: dict[int, Account]) -> Side:
    line_id, account, date, amount, currency, description, counterparty = row
    return Side(line_id, accounts[account], date, amount, currency, f"{description} {counterparty or ''}")


def _accounts(book: Book) -> dict[int, Account]:
    stated = FilteredRelation("numbers", condition=Q(numbers__kind=BankAccountNumber.Kind.NUMBER))
    rows = BankAccount.objects.filter(book=book).annotate(stated=stated).order_by("pk", "stated__number")
    accounts: dict[int, Account] = {}
    for pk, name, number in rows.values_list("pk", "name", "stated__number"):
        known = accounts[pk].numbers if pk in accounts else ()
        accounts[pk] = Account(pk, name, (*known, number) if number else known)
    return accounts


@dataclass(frozen=True, slots=True)
class OtherSide:
    """The other side of a transfer, as the page of an entry shows it.

    ``line`` is the bank line, ``None`` once its import was undone; ``entry_number`` where it has an entry of its own.
    """

    line: StatementLine | None
    entry_number: int | None


def other_side(*, book: Book, number: int) -> OtherSide | None:
    """Return the other side of the transfer that the entry stands or stood for; ``None`` for other entries."""
    transfer = (
        Transfer.objects.filter(Q(out_entry=number) | Q(in_entry=number), book=book).order_by("-pk").first()
    )
    if transfer is None:
        return None
    is_sent = transfer.out_entry == number
    other = transfer.in_entry if is_sent else transfer.out_entry
    lines = StatementLine.objects.filter(
        book=book, pk=transfer.in_line_id if is_sent else transfer.out_line_id
    ).select_related("bank_account")
    return OtherSide(lines.first(), None if other == number else other)


def counterparts(*, book: Book, numbers: Collection[int]) -> set[int]:
    """Return every entry of the live transfers that one of the entries belongs to, these among them."""
    found = Transfer.objects.filter(
        Q(out_entry__in=numbers) | Q(in_entry__in=numbers), book=book, state=Transfer.State.CONFIRMED
    )
    return {number for pair in found.values_list("out_entry", "in_entry") for number in pair if number}


def other_sides(*, book: Book, line_ids: Collection[int]) -> list[StatementLine]:
    """Return the lines beyond the given ones that are the other side of a live transfer of theirs, oldest first."""
    given = set(line_ids)
    live = Transfer.objects.filter(
        Q(out_line__in=given) | Q(in_line__in=given), book=book, state=Transfer.State.CONFIRMED
    )
    others = {line for pair in live.values_list("out_line", "in_line") for line in pair} - given
    lines = StatementLine.objects.filter(book=book, pk__in=others).select_related("bank_account")
    return list(lines.order_by("date", "pk"))
