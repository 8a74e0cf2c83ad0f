"""Generated ledgers in PostgreSQL, through the real services, and what our own reports say of them."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.classification.services import change_tags, classify_lines, decide
from ledgerflow.ledger.fiscal import fiscal_year_of
from ledgerflow.ledger.models import Account, AccountType, BatchSource, JournalLine
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.ledger.selectors.periods import held
from ledgerflow.ledger.services.closing import close_year
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, post_entries
from ledgerflow.ledger.services.rates import record_rate
from ledgerflow.posting.revaluation import revaluation
from ledgerflow.posting.services import confirm_transfer, date_document, post_lines, post_revaluation
from ledgerflow.statements.models import BankAccount, StatementLine
from ledgerflow.users.models import User
from tests.exchange.generated_ledgers import DIGITS, Act, BankLine, Entry, Ledger
from tests.factories import BankAccountFactory, BookFactory

NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
Totals = dict[str, Decimal]
_TAGS = ("trip-2", "Köln", "Koln", "date", "type", "日本", "a/b.c", "R&D", "O'Brien")


def booked(ledger: Ledger, *, user: User) -> Book:
    """Open a book with the ledger's accounts, and let everything happen in it that the ledger tells of."""
    return _Booking(ledger, user).run()


class _Booking:
    def __init__(self, ledger: Ledger, user: User) -> None:
        self.ledger, self.user = ledger, user
        self.book = BookFactory(name=f'Ledger {ledger.seed} "quoted"', base_currency=ledger.base)
        Account.objects.bulk_create(
            Account(
                book=self.book,
                code=each.code,
                name=each.name,
                type=each.type,
                currency=each.currency,
                role=each.role,
            )
            for each in ledger.accounts.values()
        )
        self.accounts = {account.code: account for account in Account.objects.filter(book=self.book)}
        self.banks: dict[str, BankAccount] = {
            code: BankAccountFactory(
                book=self.book,
                currency=ledger.accounts[code].currency,
                ledger_account=self.accounts[code],
            )
            for code in ("1000", "1020")
        }
        self.rates: set[tuple[str, date]] = set()

    def run(self) -> Book:
        """Post entry after entry, batch by batch; what LedgerFlow books by itself comes out as the maker says."""
        entries, at = self.ledger.entries, 0
        while at < len(entries):
            if act := self.ledger.acts.get(at):
                getattr(self, f"_{act.kind}")(act)
                self._compare(at, at + act.count)
                at += act.count
                continue
            ends = {end for end in (*self.ledger.batches, *self.ledger.acts, len(entries)) if end > at}
            self._post(entries[at : min(ends)])
            at = min(ends)
        return self.book

    def _post(self, entries: list[Entry]) -> None:
        drafts = [
            EntryDraft(
                date=entry.date,
                lines=[
                    LineDraft(
                        self.accounts[line.account].pk,
                        line.currency,
                        _money(line.amount, line.currency),
                        _money(line.base, self.ledger.base),
                    )
                    for line in entry.lines
                ],
                reverses_number=entry.reverses,
                text=entry.text,
            )
            for entry in entries
        ]
        post_entries(
            book=self.book, source=BatchSource.MANUAL, entries=drafts, posted_by=self.user, posted_at=NOW
        )

    def _compare(self, after: int, last: int) -> None:
        """The entries that were made have exactly the lines that the maker worked out."""
        found = JournalLine.objects.filter(book=self.book, entry_number__gt=after).select_related("account")
        said = sorted(
            (line.entry_number, line.date, line.account.code, line.currency, line.amount, line.base_amount)
            for line in found
        )
        assert said == sorted(
            (
                place,
                entry.date,
                line.account,
                line.currency,
                _money(line.amount, line.currency),
                _money(line.base, self.ledger.base),
            )
            for place, entry in enumerate(self.ledger.entries[after:last], after + 1)
            for line in entry.lines
        ), f"ledger {self.ledger.seed}, entry {after + 1}"

    def _enter_rates(self, act: Act) -> None:
        for currency, day, millionths in act.rates:
            if (currency, day) not in self.rates:
                self.rates.add((currency, day))
                rate = Decimal(millionths).scaleb(-6)
                given = {"origin": "a list", "user": self.user, "now": NOW}
                record_rate(book=self.book, currency=currency, date=day, rate=rate, **given)

    def _bank_line(self, said: BankLine) -> int:
        line = StatementLine.objects.create(
            book=self.book,
            bank_account=self.banks[said.account],
            date=said.date,
            currency=said.currency,
            amount=_money(said.amount, said.currency),
            description="What the bank says",
        )
        classify_lines(book=self.book, line_ids=[line.pk])
        return line.pk

    def _line(self, act: Act) -> None:
        self._enter_rates(act)
        line_id = self._bank_line(act.lines[0])
        given = {"user": self.user, "now": NOW}
        decide(book=self.book, line_id=line_id, account=self.accounts[act.other], **given)
        # What stands beside an entry changes no figure, and other programs take it, whatever it is called.
        change_tags(book=self.book, line_ids=[line_id], add=_TAGS, **given)
        closed = held(book=self.book).closed_through
        document = act.date - timedelta(days=3)
        if closed is None or document > closed:  # a line of a closed document is not posted
            date_document(book=self.book, line_id=line_id, date=document, **given)
        outcome = post_lines(book=self.book, line_ids=[line_id], posted_by=self.user, posted_at=NOW)
        assert outcome.refused == ()

    def _transfer(self, act: Act) -> None:
        self._enter_rates(act)
        line_ids = [self._bank_line(line) for line in act.lines]
        confirm_transfer(book=self.book, line_ids=line_ids, user=self.user, now=NOW)

    def _revaluation(self, act: Act) -> None:
        self._enter_rates(act)
        figures = revaluation(book=self.book, as_of=act.date).figures
        post_revaluation(
            book=self.book,
            as_of=act.date,
            figures=figures,
            is_reversed_next_day=act.count > 1,
            user=self.user,
            now=NOW,
        )

    def _closing(self, act: Act) -> None:
        year = fiscal_year_of(book=self.book, day=act.date)
        close_year(book=self.book, year=year, reason="Filed", user=self.user, now=NOW)


def _money(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-DIGITS[currency])


def our_balances(book: Book, last: date) -> Totals:
    """Our trial balance at the end of the day by code, accounts at zero left out."""
    return {row.code: row.base_amount for row in trial_balance(book=book, as_of=last).rows if row.base_amount}


def our_income_statement(book: Book, first: date, last: date) -> Totals:
    """What was earned (negative) and spent from the first day through the last, by code."""
    types = {AccountType.INCOME, AccountType.EXPENSE}
    totals: Totals = defaultdict(Decimal)
    for sign, day in ((1, last), (-1, first - timedelta(days=1))):
        for row in trial_balance(book=book, as_of=day).rows:
            if row.type in types:
                totals[row.code] += sign * row.base_amount
    return {code: total for code, total in totals.items() if total}


def our_balance_sheet(book: Book, last: date) -> Totals:
    """What stands on assets, liabilities and equity at the end of the day, by code."""
    types = {AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY}
    rows = trial_balance(book=book, as_of=last).rows
    return {row.code: row.base_amount for row in rows if row.type in types and row.base_amount}
