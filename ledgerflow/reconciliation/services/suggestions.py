"""Accepting what is suggested: each is done by the services that a person would use by hand."""

from datetime import datetime

from django.db import transaction

from ledgerflow.core.money import format_money
from ledgerflow.ledger.models import Account, JournalLine
from ledgerflow.ledger.selectors import Entry, entry
from ledgerflow.posting.services import EntryLine, hold_postings, post_manual_entry, reverse_entry
from ledgerflow.reconciliation.errors import ReconciliationError, SuggestionGoneError
from ledgerflow.reconciliation.models import Reconciliation
from ledgerflow.reconciliation.selectors import opening_account, suggestions
from ledgerflow.reconciliation.services.matches import make_match
from ledgerflow.reconciliation.sides import sides
from ledgerflow.reconciliation.values import Kind, Suggestion
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User

_WRONG = {
    Kind.SIGN: "Typed with the wrong sign; posted anew as the bank says.",
    Kind.DIGITS: "Typed with two digits swapped; posted anew as the bank says.",
}


@transaction.atomic
def accept_suggestion(
    *, reconciliation: Reconciliation, key: str, user: User, now: datetime, account: Account | None = None
) -> str:
    """Do what the suggestion of that key says, and return a sentence about it.

    ``account`` is where a fee goes.

    Raises:
        SuggestionGoneError: it does not hold any more.
        ReconciliationError: the reconciliation is finished, or a fee lacks its account.
        PostingError: the ledger refuses an entry, such as one in a closed period.
    """
    hold_postings(book=reconciliation.book)
    reconciliation.refresh_from_db(fields=["state"])
    if reconciliation.is_finished:
        raise ReconciliationError("This reconciliation is finished; reopen it first.")
    found = sides(reconciliation=reconciliation)
    suggestion = next(
        (one for one in suggestions(reconciliation=reconciliation, found=found) if one.key == key), None
    )
    if suggestion is None:
        raise SuggestionGoneError("That suggestion does not hold any more; see what is open now.")
    return _Acceptance(reconciliation, suggestion, user, now).run(account)


class _Acceptance:
    """One suggestion being accepted by one person at one moment."""

    def __init__(
        self, reconciliation: Reconciliation, suggestion: Suggestion, user: User, now: datetime
    ) -> None:
        self.bank_account, self.book = reconciliation.bank_account, reconciliation.book
        self.suggestion, self.user, self.now = suggestion, user, now

    def run(self, account: Account | None) -> str:
        match self.suggestion.kind:
            case Kind.OPENING:
                return self.post_opening()
            case Kind.FEE:
                return self.split_off_fee(account)
            case Kind.SIGN | Kind.DIGITS:
                return self.correct()
            case Kind.TWICE:
                return self.reverse()
            case _:
                self.match(self.suggestion.entry_lines)
                return "Matched."

    def match(self, entry_lines: tuple[tuple[int, int], ...]) -> None:
        make_match(
            bank_account=self.bank_account,
            line_ids=self.suggestion.line_ids,
            entry_lines=entry_lines,
            kind=self.suggestion.kind,
            user=self.user,
            now=self.now,
        )

    def post_opening(self) -> str:
        against, amount, day = opening_account(book=self.book), self.suggestion.amount, self.suggestion.day
        assert against is not None  # as the suggestion saw
        assert amount is not None
        assert day is not None
        lines = [EntryLine(self.bank_account.ledger_account, amount), EntryLine(against, -amount)]
        number = post_manual_entry(
            book=self.book,
            date=day,
            lines=lines,
            text=f"Opening balance of {self.bank_account}",
            user=self.user,
            now=self.now,
        )
        return f"Posted the opening balance as entry {number}."

    def split_off_fee(self, account: Account | None) -> str:
        if account is None:
            raise ReconciliationError("Choose the account that the fee goes to.")
        fee, line = self.suggestion.amount, StatementLine.objects.get(pk=self.suggestion.line_ids[0])
        assert fee is not None  # as the suggestion saw
        number = post_manual_entry(
            book=self.book,
            date=line.date,
            lines=[EntryLine(self.bank_account.ledger_account, -fee), EntryLine(account, fee)],
            text=f"Fee in {line.description}"[:500],
            user=self.user,
            now=self.now,
        )
        self.match((*self.suggestion.entry_lines, (number, 1)))
        return f"Posted the fee of {format_money(fee, self.bank_account.currency)} as entry {number}, and matched."

    def correct(self) -> str:
        wrong, amount = self.entry(), self.suggestion.amount
        assert amount is not None  # as the suggestion saw
        (other,) = (
            JournalLine.objects.filter(book=self.book, entry_number=wrong.number)
            .exclude(no=self.suggestion.entry_lines[0][1])
            .select_related("account")
        )
        reversal = self.reverse_on_its_date(wrong, _WRONG[self.suggestion.kind])
        number = post_manual_entry(
            book=self.book,
            date=wrong.date,
            lines=[EntryLine(self.bank_account.ledger_account, amount), EntryLine(other.account, -amount)],
            text=wrong.text,
            user=self.user,
            now=self.now,
        )
        self.match(((number, 1),))
        return f"Entry {wrong.number} is reversed by entry {reversal} and posted anew as entry {number}, matched."

    def reverse(self) -> str:
        twice = self.entry()
        reversal = self.reverse_on_its_date(twice, "Typed twice.")
        return f"Entry {twice.number} is reversed by entry {reversal}."

    def entry(self) -> Entry:
        return entry(book=self.book, number=self.suggestion.entry_lines[0][0])

    def reverse_on_its_date(self, wrong: Entry, reason: str) -> int:
        return reverse_entry(
            book=self.book, number=wrong.number, date=wrong.date, reason=reason, user=self.user, now=self.now
        )
