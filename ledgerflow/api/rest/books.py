"""Books, accounts, balances, lines, entries, reports and documents, only read."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router

from ledgerflow.api import questions, shapes
from ledgerflow.api.rest.door import caller
from ledgerflow.api.shapes import Day
from ledgerflow.reports.by_name import Asked

router = Router(tags=["Books"])

Limit = Annotated[int, Query(ge=1, le=questions.LONGEST_PAGE, description="Rows of the page.")]
Cursor = Annotated[str, Query(max_length=40, description="`next` of the page before.")]
_From = Annotated[Day | None, Query(alias="from", description="First day.")]
_To = Annotated[Day | None, Query(alias="to", description="Last day.")]
_AsOf = Annotated[Day | None, Query(description="At the end of this day; today when not given.")]


@router.get("", response=list[shapes.BookShape], url_name="books", summary="Books that the token opens")
def list_books(request: HttpRequest) -> list[shapes.BookShape]:
    """By name."""
    return questions.list_books(caller(request))


@router.get("/{slug:book}", response=shapes.BookShape, url_name="book", summary="One book")
def one_book(request: HttpRequest, book: str) -> shapes.BookShape:
    """With the role that the token's user has in it."""
    return questions.one_book(caller(request), book)


@router.get(
    "/{slug:book}/accounts",
    response=list[shapes.AccountShape],
    url_name="accounts",
    summary="The chart of accounts",
)
def list_accounts(
    request: HttpRequest, book: str, is_archived: bool | None = None
) -> list[shapes.AccountShape]:
    """By code."""
    return questions.list_accounts(caller(request), book, is_archived=is_archived)


@router.get(
    "/{slug:book}/balances",
    response=shapes.BalancesShape,
    url_name="balances",
    summary="Balances as of a day",
)
def account_balances(
    request: HttpRequest,
    book: str,
    as_of: _AsOf = None,
    account: Annotated[str, Query(max_length=20, description="Code of one account.")] = "",
) -> shapes.BalancesShape:
    """Every account that has a balance, debit positive; or one account, also where it has none."""
    return questions.account_balances(caller(request), book, as_of=as_of, account=account)


@router.get("/{slug:book}/lines", response=shapes.LinesShape, url_name="lines", summary="Search bank lines")
def search_lines(
    request: HttpRequest,
    book: str,
    q: Annotated[str, Query(max_length=500, description="A search, as the review queue takes it.")] = "",
    first: _From = None,
    last: _To = None,
    bank_account: Annotated[str, Query(max_length=120, description="Name of a bank account.")] = "",
    state: Annotated[str, Query(max_length=8, description="open, accepted, posted, excluded, matched.")] = "",
    cursor: Cursor = "",
    limit: Limit = questions.PAGE,
) -> shapes.LinesShape:
    """The latest first, in pages."""
    return questions.lines(
        caller(request),
        book,
        text=q,
        first=first,
        last=last,
        bank_account=bank_account,
        state=state,
        cursor=cursor,
        limit=limit,
    )


@router.get(
    "/{slug:book}/lines/{int:line}", response=shapes.LineShape, url_name="line", summary="One bank line"
)
def one_line(request: HttpRequest, book: str, line: int) -> shapes.LineShape:
    """As the bank states it, and how it stands in the books."""
    return questions.one_line(caller(request), book, line)


@router.get(
    "/{slug:book}/entries", response=shapes.EntriesShape, url_name="entries", summary="Journal entries"
)
def list_entries(
    request: HttpRequest,
    book: str,
    first: _From = None,
    last: _To = None,
    cursor: Cursor = "",
    limit: Limit = questions.PAGE,
) -> shapes.EntriesShape:
    """By date and number, the earliest first, in pages."""
    return questions.entries(caller(request), book, first=first, last=last, cursor=cursor, limit=limit)


@router.get(
    "/{slug:book}/entries/{int:number}",
    response=shapes.EntryShape,
    url_name="entry",
    summary="One journal entry",
)
def one_entry(request: HttpRequest, book: str, number: int) -> shapes.EntryShape:
    """By its number."""
    return questions.one_entry(caller(request), book, number)


@router.get(
    "/{slug:book}/reports/{slug:report}", response=shapes.ReportShape, url_name="report", summary="A report"
)
def one_report(
    request: HttpRequest,
    book: str,
    report: str,
    as_of: _AsOf = None,
    first: _From = None,
    last: _To = None,
    columns: Literal["", "month", "quarter", "tag"] = "",
    compare: Literal["", "previous", "year"] = "",
    basis: Literal["", "cash", "accrual"] = "",
    tag: Annotated[str, Query(max_length=60, description="Name of a tag, or none.")] = "",
    account: Annotated[str, Query(max_length=20, description="Code of the register's account.")] = "",
    year: Annotated[int | None, Query(ge=1900, le=9998, description="Tax year of schedule-c.")] = None,
    before_closing: bool = False,
    whole_dollars: bool = False,
) -> shapes.ReportShape:
    """A statement, a list or the worksheet of Schedule C, by its name.

    trial-balance, income-statement, balance-sheet, cash-flow, general-ledger, journal, payees, register, schedule-c.
    """
    asked = Asked(
        name=report,
        as_of=as_of,
        first=first,
        last=last,
        columns=columns,
        compare=compare,
        basis=basis,
        tag=tag,
        account=account,
        year=year,
        before_closing=before_closing,
        whole_dollars=whole_dollars,
    )
    return questions.report(caller(request), book, asked)


@router.get(
    "/{slug:book}/documents/{int:document}/text",
    response=shapes.DocumentTextShape,
    url_name="document-text",
    summary="Text of a document",
)
def document_text(
    request: HttpRequest, book: str, document: int, first_line: Annotated[int, Query(ge=1, le=10**9)] = 1
) -> shapes.DocumentTextShape:
    """Up to 400 lines of a document that is text; `next_line` is where the following ones begin."""
    return questions.document_text(caller(request), book, document, first_line=first_line)
