"""The questions to the books that REST and MCP ask: each opens the book for the caller and answers with a shape."""

import re
from datetime import date
from decimal import Decimal
from itertools import islice

from django.utils import timezone

from ledgerflow.api import shapes
from ledgerflow.api.access import Caller, UnknownError
from ledgerflow.api.models import Scope
from ledgerflow.books.models import Book
from ledgerflow.books.permissions import role_of
from ledgerflow.classification.models import State
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.periods import EARLIEST, LATEST, Period
from ledgerflow.documents.excerpt import text_lines
from ledgerflow.documents.media import media_type_of
from ledgerflow.documents.models import Document, MediaType
from ledgerflow.documents.selectors import content
from ledgerflow.ledger.models import Account, JournalEntry
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.ledger.selectors.balances import Balance, balances
from ledgerflow.ledger.selectors.entries import EntryLine, entry
from ledgerflow.ledger.selectors.journal import EntryPlace, JournalEntryLines, journal_entries
from ledgerflow.posting.selectors import texts_for_entries
from ledgerflow.reports.by_name import Asked, report_table
from ledgerflow.reports.table import Cell
from ledgerflow.review.line_search import LinePlace, SearchedLine, find_line, search_lines
from ledgerflow.review.proposal_selectors import ListedProposal, find_proposal, proposal_page
from ledgerflow.statements.models import BankAccount

#: Rows of a page, and the most that may be asked for.
PAGE, LONGEST_PAGE = 50, 200
#: Rows of a report that one answer holds; general ledgers and journals of more are for files.
MOST_ROWS = 5_000
_DOCUMENT_LINES = 400
_LONGEST_LINE = 2_000
_CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})_(\d{1,18})", re.ASCII)


class QuestionError(LedgerFlowError):
    """The question cannot be answered as asked; the sentence says what to ask instead."""


def list_books(caller: Caller) -> list[shapes.BookShape]:
    """Return the books the caller may open, by name."""
    caller.needs(Scope.READ)
    return [_book(caller, book) for book in caller.books()]


def one_book(caller: Caller, slug: str) -> shapes.BookShape:
    """Return one of them."""
    caller.needs(Scope.READ)
    with caller.opened(slug) as book:
        return _book(caller, book)


def list_accounts(caller: Caller, slug: str, *, is_archived: bool | None = None) -> list[shapes.AccountShape]:
    """Return the chart of accounts, by code."""
    caller.needs(Scope.READ)
    with caller.opened(slug) as book:
        accounts = Account.objects.filter(book=book).order_by("code")
        if is_archived is not None:
            accounts = accounts.filter(is_archived=is_archived)
        return [
            shapes.AccountShape(
                code=each.code,
                name=each.name,
                type=each.type,
                currency=each.currency,
                tax_line=each.tax_line,
                is_archived=each.is_archived,
            )
            for each in accounts
        ]


def account_balances(
    caller: Caller, slug: str, *, as_of: date | None = None, account: str = ""
) -> shapes.BalancesShape:
    """Return the trial balance at the end of the day (today), or the balance of one account by its code.

    Raises:
        UnknownError: the book has no such account.
    """
    caller.needs(Scope.READ)
    day = _sound(as_of) or timezone.localdate()
    with caller.opened(slug, is_snapshot=True) as book:
        whole = trial_balance(book=book, as_of=day)
        rows = list(whole.rows)
        if account:
            rows = [row for row in balances(book=book, as_of=day) if row.code == account]
            if not rows:
                raise UnknownError(f"The book {book.slug} has no account {account[:40]}.")
        return shapes.BalancesShape(
            book=book.slug,
            as_of=day,
            currency=book.base_currency,
            balances=[_balance(book, row) for row in rows],
            total_debit=shapes.exact(whole.total_debit, book.base_currency),
            total_credit=shapes.exact(whole.total_credit, book.base_currency),
        )


def lines(
    caller: Caller,
    slug: str,
    *,
    text: str = "",
    first: date | None = None,
    last: date | None = None,
    bank_account: str = "",
    state: str = "",
    cursor: str = "",
    limit: int = PAGE,
) -> shapes.LinesShape:
    """Return bank lines, the latest first; ``text`` stands anywhere in what the bank says, or in the payee's name.

    Raises:
        UnknownError: the book has no bank account of the name.
        QuestionError: state, cursor or limit are none.
    """
    caller.needs(Scope.READ)
    if state not in {"", *State.values}:
        raise QuestionError(f"There is no state {state[:20]!r}; states are {', '.join(State.values)}.")
    place = _place(cursor)
    with caller.opened(slug) as book:
        page = search_lines(
            book=book,
            text=text.replace("\0", "")[:200],
            first=_sound(first),
            last=_sound(last),
            bank_account_id=_bank_account(book, bank_account) if bank_account else None,
            state=state,
            before=LinePlace(*place) if place else None,
            limit=_limit(limit),
        )
        following = page.following
        return shapes.LinesShape(
            lines=[_line(each) for each in page.lines],
            next=f"{following.date}_{following.line_id}" if following else None,
        )


def one_line(caller: Caller, slug: str, line_id: int) -> shapes.LineShape:
    """Return one bank line.

    Raises:
        UnknownError: the book has no such line.
    """
    caller.needs(Scope.READ)
    with caller.opened(slug) as book:
        found = find_line(book=book, line_id=_number(line_id))
        if found is None:
            raise UnknownError(f"The book {book.slug} has no line {line_id}.")
        return _line(found)


def entries(
    caller: Caller,
    slug: str,
    *,
    first: date | None = None,
    last: date | None = None,
    cursor: str = "",
    limit: int = PAGE,
) -> shapes.EntriesShape:
    """Return journal entries by date and number, the earliest first.

    Raises:
        QuestionError: days, cursor or limit are none.
    """
    caller.needs(Scope.READ)
    begin, end = _sound(first) or EARLIEST, _sound(last) or LATEST
    if end < begin:
        raise QuestionError(f"The last day, {end}, is before the first, {begin}.")
    place = _place(cursor)
    with caller.opened(slug) as book:
        page = journal_entries(
            book=book,
            period=Period(begin, end),
            after=EntryPlace(*place) if place else None,
            limit=_limit(limit),
        )
        words = texts_for_entries(book=book, numbers=[each.number for each in page.entries])
        following = page.following
        return shapes.EntriesShape(
            entries=[_entry(book, each, words.get(each.number, "")) for each in page.entries],
            next=f"{following.date}_{following.number}" if following else None,
        )


def one_entry(caller: Caller, slug: str, number: int) -> shapes.EntryShape:
    """Return one journal entry.

    Raises:
        UnknownError: the book has no such entry.
    """
    caller.needs(Scope.READ)
    with caller.opened(slug) as book:
        try:
            found = entry(book=book, number=_number(number))
        except JournalEntry.DoesNotExist as error:
            raise UnknownError(f"The book {book.slug} has no entry {number}.") from error
        words = texts_for_entries(book=book, numbers=[found.number])
        told = JournalEntryLines(found.number, found.date, found.text, found.reverses_number, found.lines)
        return _entry(book, told, words.get(found.number, ""))


def report(caller: Caller, slug: str, asked: Asked) -> shapes.ReportShape:
    """Return a report.

    Raises:
        LedgerFlowError: there is no such report, it cannot be asked so, or it has too many rows for one answer.
    """
    caller.needs(Scope.READ)
    with caller.opened(slug, is_snapshot=True) as book:
        table = report_table(book=book, asked=asked)
        rows = [
            {key: _plain(value) for key, value in record.items()}
            for record in islice(table.records(), MOST_ROWS + 1)
        ]
        if len(rows) > MOST_ROWS:
            raise QuestionError(
                f"This report has more than {MOST_ROWS:,} rows; ask for fewer days, or for pages of entries or lines."
            )
        return shapes.ReportShape(
            report=table.name,
            title=table.title,
            subtitle=table.subtitle,
            notes=list(table.frame.notes),
            facts={name: _plain(value) for name, value in table.all_facts().items()},
            columns=[
                shapes.ReportColumnShape(key=each.key, label=each.label, kind=each.kind.value)
                for each in table.columns
            ],
            rows=rows,
        )


def document_text(
    caller: Caller, slug: str, document_id: int, *, first_line: int = 1
) -> shapes.DocumentTextShape:
    """Return up to 400 lines of a document that is text.

    Raises:
        UnknownError: the book has no such document.
        QuestionError: the document is no text.
        DocumentDamagedError: its file is damaged.
    """
    caller.needs(Scope.READ)
    with caller.opened(slug) as book:
        document = Document.objects.filter(book=book, pk=_number(document_id)).first()
        if document is None:
            raise UnknownError(f"The book {book.slug} has no document {document_id}.")
        original = content(document)
    kind = media_type_of(original)  # none for a text in an older code page, and for an archive or a workbook
    if kind not in {MediaType.TEXT, None} or (kind is None and b"\0" in original[:_LONGEST_LINE]):
        raise QuestionError(f"{document.name} is no text; search its lines instead.")
    texts = text_lines(original)
    start = min(max(first_line, 1), max(len(texts), 1))
    end = min(start + _DOCUMENT_LINES - 1, len(texts))
    return shapes.DocumentTextShape(
        document=document.pk,
        name=document.name,
        first_line=start,
        line_count=len(texts),
        lines=[texts[at - 1][:_LONGEST_LINE] for at in range(start, end + 1)],
        next_line=end + 1 if end < len(texts) else None,
    )


def proposals(
    caller: Caller, slug: str, *, is_open: bool | None = None, cursor: str = "", limit: int = PAGE
) -> shapes.ProposalsShape:
    """Return what is proposed for the book, the newest first.

    Raises:
        QuestionError: cursor or limit are none.
    """
    caller.needs(Scope.READ)
    if cursor and not re.fullmatch(r"\d{1,18}", cursor, re.ASCII):
        raise QuestionError("This is no cursor; take `next` of the page before.")
    with caller.opened(slug) as book:
        before = int(cursor) if cursor else None
        page = proposal_page(book=book, is_open=is_open, before=before, limit=_limit(limit))
        return shapes.ProposalsShape(
            proposals=[proposal_shape(each) for each in page.rows],
            next=str(page.following) if page.following else None,
        )


def one_proposal(caller: Caller, slug: str, proposal_id: int) -> shapes.ProposalShape:
    """Return one proposal.

    Raises:
        UnknownError: the book has no such proposal.
    """
    caller.needs(Scope.READ)
    with caller.opened(slug) as book:
        found = find_proposal(book=book, proposal_id=_number(proposal_id))
        if found is None:
            raise UnknownError(f"The book {book.slug} has no proposal {proposal_id}.")
        return proposal_shape(found)


def proposal_shape(listed: ListedProposal) -> shapes.ProposalShape:
    """Return the proposal as it is answered with."""
    made = listed.proposal
    return shapes.ProposalShape(
        id=made.pk,
        kind=made.kind,
        state=made.state,
        is_outdated=listed.is_outdated,
        reason=made.reason,
        diff=[shapes.ChangeShape(**change) for change in made.diff],
        proposed_through=made.proposed_through,
        proposed_with=made.proposed_with,
        proposed_by=str(made.proposed_by),
        proposed_at=made.proposed_at,
        decided_by=str(made.decided_by) if made.decided_by else None,
        decided_at=made.decided_at,
    )


def _book(caller: Caller, book: Book) -> shapes.BookShape:
    return shapes.BookShape(
        slug=book.slug,
        name=book.name,
        base_currency=book.base_currency,
        fiscal_year_start_month=book.fiscal_year_start_month,
        role=str(role_of(user=caller.user, book=book) or ""),
    )


def _balance(book: Book, row: Balance) -> shapes.BalanceShape:
    base = book.base_currency
    return shapes.BalanceShape(
        code=row.code,
        name=row.name,
        type=row.type,
        currency=row.currency,
        amount=shapes.exact(row.amount, row.currency),
        base_amount=shapes.exact(row.base_amount, base),
        debit=shapes.exact(row.debit, base),
        credit=shapes.exact(row.credit, base),
    )


def _line(found: SearchedLine) -> shapes.LineShape:
    made, line = found.made, found.made.line
    return shapes.LineShape(
        id=line.pk,
        date=line.date,
        value_date=line.value_date,
        amount=shapes.exact(line.amount, line.currency),
        currency=line.currency,
        bank_account=line.bank_account.name,
        description=line.description,
        counterparty=line.counterparty,
        reference=line.reference,
        is_pending=line.is_pending,
        hold=line.hold,
        state=made.state,
        account=made.account.code if made.account else None,
        is_split=made.is_split,
        payee=made.payee.name if made.payee else None,
        reason=made.reason,
        note=made.note,
        entry_number=made.entry_number,
        documents=list(found.document_ids),
    )


def _entry(book: Book, found: JournalEntryLines, words: str) -> shapes.EntryShape:
    return shapes.EntryShape(
        number=found.number,
        date=found.date,
        text=found.text or words,
        reverses_number=found.reverses_number,
        lines=[_entry_line(book, each) for each in found.lines],
    )


def _entry_line(book: Book, line: EntryLine) -> shapes.EntryLineShape:
    return shapes.EntryLineShape(
        no=line.no,
        account=line.account_code,
        account_name=line.account_name,
        currency=line.currency,
        amount=shapes.exact(line.amount, line.currency),
        base_amount=shapes.exact(line.base_amount, book.base_currency),
    )


def _bank_account(book: Book, name: str) -> int:
    found = BankAccount.objects.filter(book=book, name__iexact=name).values_list("pk", flat=True).first()
    if found is None:
        raise UnknownError(f"The book {book.slug} has no bank account “{name[:60]}”.")
    return found


def _place(cursor: str) -> tuple[date, int] | None:
    if not cursor:
        return None
    match = _CURSOR.fullmatch(cursor)
    try:
        day = date.fromisoformat(match[1]) if match else None
    except ValueError:
        day = None
    if match is None or day is None:
        raise QuestionError("This is no cursor; take `next` of the page before.")
    return day, int(match[2])


def _limit(limit: int) -> int:
    if not 1 <= limit <= LONGEST_PAGE:
        raise QuestionError(f"A page has 1 to {LONGEST_PAGE} rows; {limit} were asked for.")
    return limit


def _sound(day: date | None) -> date | None:
    if day is not None and not EARLIEST <= day <= LATEST:
        raise QuestionError(f"The books know days from {EARLIEST} to {LATEST}; {day} is none of them.")
    return day


def _number(value: int) -> int:
    """Return the number where a row could have it, and one that no row has otherwise."""
    return value if 0 < value < 2**63 else -1


def _plain(value: Cell) -> str | int | None:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
