"""Bank lines: found by text, days and state, with what is decided about them."""

from datetime import date

from django.utils import timezone

from ledgerflow.api import shapes
from ledgerflow.api.access import Caller, UnknownError
from ledgerflow.api.models import Scope
from ledgerflow.api.questions.asked import (
    PAGE,
    QuestionError,
    page_size,
    place_of,
    row_number,
    sound_day,
    words,
)
from ledgerflow.books.models import Book
from ledgerflow.classification.errors import SearchError
from ledgerflow.classification.finding import LONGEST_SEARCH, Search, search_for
from ledgerflow.classification.models import State
from ledgerflow.review.line_search import LinePlace, SearchedLine, find_line, search_lines
from ledgerflow.statements.models import BankAccount


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
    """Return bank lines, the latest first; ``text`` is a search as the review queue takes it.

    Raises:
        UnknownError: the book has no bank account of the name.
        QuestionError: search, state, cursor or limit are none.
    """
    caller.needs(Scope.READ)
    if state not in {"", *State.values}:
        raise QuestionError(f"There is no state {state[:20]!r}; states are {', '.join(State.values)}.")
    place = place_of(cursor)
    with caller.opened(slug) as book:
        page = search_lines(
            book=book,
            search=_search(book, words(text)),
            first=sound_day(first),
            last=sound_day(last),
            bank_account_id=_bank_account(book, words(bank_account)) if bank_account else None,
            state=state,
            before=LinePlace(*place) if place else None,
            limit=page_size(limit),
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
        found = find_line(book=book, line_id=row_number(line_id))
        if found is None:
            raise UnknownError(f"The book {book.slug} has no line {line_id}.")
        return _line(found)


def _line(found: SearchedLine) -> shapes.LineShape:
    made, line = found.made, found.made.line
    return shapes.LineShape(
        id=line.pk,
        date=line.date,
        value_date=line.value_date,
        booking_date=line.booking_date,
        transaction_date=line.transaction_date,
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
        tax_line=made.tax_line,
        business_share=made.business_share,
        parts=[
            shapes.LinePartShape(
                account=part.account,
                amount=shapes.exact(part.amount, line.currency),
                tax_line=part.tax_line,
                is_own_tax_line=part.is_own_tax_line,
                is_private=part.is_private,
                business_share=part.share,
                share_of=part.said,
            )
            for part in found.parts
        ],
        payee=made.payee.name if made.payee else None,
        reason=made.reason,
        note=made.note,
        entry_number=made.entry_number,
        documents=list(found.document_ids),
    )


def _search(book: Book, text: str) -> Search | None:
    try:
        return search_for(book=book, text=text[:LONGEST_SEARCH], today=timezone.localdate())
    except SearchError as error:
        raise QuestionError(str(error)) from error


def _bank_account(book: Book, name: str) -> int:
    found = BankAccount.objects.filter(book=book, name__iexact=name).values_list("pk", flat=True).first()
    if found is None:
        raise UnknownError(f"The book {book.slug} has no bank account “{name[:60]}”.")
    return found
