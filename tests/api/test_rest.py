"""What the REST API answers: the books' own figures, by role, in pages, and errors that say what to do."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from psycopg import OperationalError as PsycopgError

from ledgerflow.api.models import Scope
from ledgerflow.books.models import Role
from ledgerflow.classification.services import SplitPart, decide
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.reports.by_name import REPORTS
from tests.api.asking import Program, secret_of
from tests.booked import NOW, BookedFile
from tests.factories import BookFactory, MembershipFactory, UserFactory
from tests.made import made_once
from tests.reports.test_own_tax_lines import OF_OFFICE, OFFICE, SUPPLIES, Decided

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 31)


@made_once
def file() -> BookedFile:
    return BookedFile(3)


@pytest.fixture
def program(file) -> Program:
    return Program(secret_of(file.owner))


def _reads(file: BookedFile) -> dict[str, dict[str, Any]]:
    """Every question about the book, by its address below the book's."""
    return {
        "": {},
        "accounts": {},
        "balances": {},
        "lines": {},
        f"lines/{file.line_ids[0]}": {},
        "entries": {},
        "entries/1": {},
        "reports/trial-balance": {},
        f"documents/{file.document.pk}/text": {},
        "proposals": {},
    }


def _ask(program: Program, file: BookedFile, part: str, **query: Any):
    path = f"books/{file.book.slug}/{part}" if part else f"books/{file.book.slug}"
    return program.get(path, **query)


def test_it_lists_the_books_that_the_user_opens(file):
    BookFactory()

    (book,) = Program(secret_of(file.owner)).get("books").json()

    assert (book["slug"], book["base_currency"], book["role"]) == (file.book.slug, "USD", "owner")


def test_balances_are_those_of_the_trial_balance(file, program):
    expected = trial_balance(book=file.book, as_of=DAY)

    answer = _ask(program, file, "balances", as_of="2026-01-31").json()

    assert [(each["code"], each["base_amount"]) for each in answer["balances"]] == [
        (row.code, f"{row.base_amount:.2f}") for row in expected.rows
    ]
    assert answer["total_debit"] == answer["total_credit"] == f"{expected.total_debit:.2f}"
    assert answer["as_of"] == "2026-01-31"


def test_the_balance_of_one_account_is_asked_for_by_its_code(file, program):
    (balance,) = _ask(program, file, "balances", as_of="2026-01-31", account=file.expense.code).json()[
        "balances"
    ]

    assert balance["base_amount"] == "6.00"
    assert _ask(program, file, "balances", account="nonesuch").status_code == 404


def test_lines_come_in_pages_the_latest_first(file, program):
    first = _ask(program, file, "lines", limit=2).json()
    second = _ask(program, file, "lines", limit=2, cursor=first["next"]).json()

    assert [each["amount"] for each in first["lines"] + second["lines"]] == ["-3.00", "-2.00", "-1.00"]
    assert second["next"] is None
    assert first["lines"][0]["documents"] == [file.document.pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "shop 2"}, ["Shop 2"]),
        ({"q": "%"}, []),
        ({"q": "SHOP", "from": "2026-01-06", "to": "2026-01-06"}, ["Shop 2"]),
        ({"q": "shop -2,-3", "from": "2026-01-05"}, ["Shop 3", "Shop 2", "Shop 1"]),
        ({"q": "shop amount:>1 is:posted -=3", "state": "posted"}, ["Shop 2"]),
        ({"state": "open"}, []),
        ({"state": "posted"}, ["Shop 3", "Shop 2", "Shop 1"]),
        ({"bank_account": "checking"}, ["Shop 3", "Shop 2", "Shop 1"]),
    ],
)
def test_lines_are_found(file, program, query, found):
    lines = _ask(program, file, "lines", **query).json()["lines"]

    assert [each["description"] for each in lines] == found


def test_the_list_of_books_takes_as_many_queries_for_many_as_for_one(django_assert_max_num_queries):
    member = MembershipFactory(role=Role.VIEWER)
    program = Program(secret_of(member.user))
    MembershipFactory.create_batch(20, user=member.user, role=Role.REVIEWER)
    program.get("books")

    with django_assert_max_num_queries(8):
        books = program.get("books").json()

    assert sorted(book["role"] for book in books) == ["reviewer"] * 20 + ["viewer"]


def test_the_number_of_queries_does_not_grow_with_the_lines(django_assert_max_num_queries):
    file = BookedFile(60)
    program = Program(secret_of(file.owner))

    with django_assert_max_num_queries(16):
        assert len(_ask(program, file, "lines", limit=60).json()["lines"]) == 60


def test_entries_come_in_pages_the_earliest_first(file, program):
    first = _ask(program, file, "entries", limit=2, **{"from": "2026-01-01"}).json()
    second = _ask(program, file, "entries", limit=2, cursor=first["next"], **{"from": "2026-01-01"}).json()

    entries = first["entries"] + second["entries"]
    assert [each["date"] for each in entries] == sorted(each["date"] for each in entries)
    assert all(sum(Decimal(line["base_amount"]) for line in each["lines"]) == 0 for each in entries)
    assert second["next"] is None


@pytest.mark.parametrize("name", [name for name in REPORTS if name not in {"register", "schedule-c"}])
def test_every_report_is_answered(file, program, name):
    answer = _ask(program, file, f"reports/{name}", **{"from": "2026-01-01", "to": "2026-01-31"}).json()

    assert answer["report"]
    assert answer["facts"]["chain_head"]
    assert all(set(row) == {each["key"] for each in answer["columns"]} for row in answer["rows"])


def test_a_register_and_a_tax_year_are_answered(file, program):
    register = _ask(program, file, "reports/register", account=file.expense.code)
    schedule = _ask(program, file, "reports/schedule-c", year=2025)

    assert [row["debit"] for row in register.json()["rows"]] == ["3.00", "2.00", "1.00"]
    assert schedule.status_code == 200, schedule.content


@pytest.mark.parametrize(
    ("part", "query", "sentence"),
    [
        ("balances", {"as_of": "0001-01-01"}, "The books know days from"),
        ("balances", {"as_of": "1700000000"}, "as 2026-12-31"),
        ("balances", {"as_of": "31.12.2026"}, "as 2026-12-31"),
        ("lines", {"state": "lost"}, "states are open"),
        ("lines", {"cursor": "2026-99-01_1"}, "no cursor"),
        ("lines", {"limit": 201}, "less than or equal to 200"),
        ("lines", {"limit": "x"}, "integer"),
        ("entries", {"from": "2026-02-01", "to": "2026-01-01"}, "before the first"),
        ("reports/profit", {}, "reports are: trial-balance"),
        ("reports/register", {}, "name its code"),
        ("reports/schedule-c", {"year": 1900}, "1900"),
        ("reports/general-ledger", {"from": "2026-02-01", "to": "2026-01-01"}, "before the first"),
        ("reports/trial-balance", {"basis": "vibes"}, "cash"),
        ("reports/income-statement", {"tag": "\0"}, "has no tag"),
        ("reports/register", {"account": "\0"}, "name its code"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(file, program, part, query, sentence):
    answer = _ask(program, file, part, **query)

    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["title"], body["status"]) == ("Unprocessable Entity", 422)
    assert sentence in body["detail"]


@pytest.mark.parametrize(
    "part",
    [
        "lines/999999999",
        "lines/99999999999999999999999",
        "entries/99",
        "documents/999999999/text",
        "proposals/9",
    ],
)
def test_what_is_not_there_is_a_problem_too(file, program, part):
    answer = _ask(program, file, part)

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_a_character_that_the_database_does_not_know_finds_nothing(file, program):
    assert _ask(program, file, "lines", q="Shop\0").status_code == 200
    assert _ask(program, file, "lines", bank_account="\0").status_code == 404
    assert _ask(program, file, "balances", account="no\0ne").status_code == 404


def test_a_document_is_read_line_by_line(file, program):
    answer = _ask(program, file, f"documents/{file.document.pk}/text", first_line=2).json()

    assert answer["lines"] == ["2026-01-05,Shop 1,-1", "2026-01-06,Shop 2,-2", "2026-01-07,Shop 3,-3"]
    assert (answer["line_count"], answer["next_line"]) == (4, None)


@pytest.mark.parametrize("role", list(Role))
def test_every_member_reads(file, role):
    program = Program(secret_of(MembershipFactory(book=file.book, role=role).user))

    for part, query in _reads(file).items():
        assert _ask(program, file, part, **query).status_code == 200, part


@pytest.mark.parametrize("who", ["stranger", "member of another book"])
def test_a_stranger_gets_the_same_answer_whether_the_book_exists_or_not(file, who):
    user = UserFactory() if who == "stranger" else MembershipFactory(book=BookFactory()).user
    program = Program(secret_of(user))

    for part, query in _reads(file).items():
        here = _ask(program, file, part, **query)
        nowhere = program.get(f"books/none/{part}" if part else "books/none", **query)
        assert here.status_code == nowhere.status_code == 404, part
        assert here.json()["detail"].replace(file.book.slug, "none") == nowhere.json()["detail"]


def test_rows_of_another_book_are_not_reached_through_ones_own(file):
    own = BookedFile(1)
    program = Program(secret_of(own.owner))

    assert _ask(program, own, f"lines/{file.line_ids[0]}").status_code == 404
    assert _ask(program, own, f"documents/{file.document.pk}/text").status_code == 404


@pytest.mark.parametrize("scope", [Scope.TOOLS, Scope.PROPOSE])
def test_a_token_without_the_scope_reads_nothing(file, scope):
    program = Program(secret_of(file.owner, scope))

    for part, query in {**_reads(file), "list": {}}.items():
        answer = program.get("books") if part == "list" else _ask(program, file, part, **query)
        assert answer.status_code == 403, part
        assert "scope “read”" in answer.json()["detail"]


def test_an_unexpected_error_is_a_problem_and_is_logged(file, program, monkeypatch, caplog):
    monkeypatch.setattr("ledgerflow.api.questions.books.trial_balance", lambda **_: 1 / 0)

    answer = _ask(program, file, "balances")

    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert "division" not in answer.content.decode()
    assert "ZeroDivisionError" in caplog.text


def test_while_the_database_is_away_that_is_a_problem_too(program, monkeypatch):
    def away(**_: Any) -> None:
        raise OperationalError from PsycopgError("the connection is lost")

    monkeypatch.setattr("ledgerflow.api.questions.books.roles_of", away)
    monkeypatch.setattr("ledgerflow.ops.unavailable.PATIENCE._is_away", False)

    answer = program.get("books")
    monkeypatch.setattr("ledgerflow.ops.unavailable.PATIENCE._is_away", False)

    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "5"
    assert answer.json()["title"] == "Service Unavailable"


def test_the_schema_is_open_and_describes_every_operation():
    schema = Client().get("/api/schema").json()

    assert schema["openapi"].startswith("3.1")
    operations = {(method, path) for path, methods in schema["paths"].items() for method in methods}
    assert operations == {
        ("get", "/api/v1/books"),
        ("get", "/api/v1/books/{book}"),
        ("get", "/api/v1/books/{book}/accounts"),
        ("get", "/api/v1/books/{book}/balances"),
        ("get", "/api/v1/books/{book}/lines"),
        ("get", "/api/v1/books/{book}/lines/{line}"),
        ("get", "/api/v1/books/{book}/entries"),
        ("get", "/api/v1/books/{book}/entries/{number}"),
        ("get", "/api/v1/books/{book}/reports/{report}"),
        ("get", "/api/v1/books/{book}/documents/{document}/text"),
        ("get", "/api/v1/books/{book}/proposals"),
        ("post", "/api/v1/books/{book}/proposals"),
        ("get", "/api/v1/books/{book}/proposals/{proposal}"),
        ("get", "/api/v1/tools"),
        ("post", "/api/v1/tools/{path}/run"),
    }
    assert schema["components"]["schemas"]["BalanceShape"]["properties"]["base_amount"]["type"] == "string"


def test_the_page_of_the_api_loads_nothing_from_elsewhere():
    client = Client()
    client.force_login(UserFactory())

    page = client.get("/api/docs").content.decode()

    assert "/api/v1/books/{book}/balances" in page
    assert "//" not in "".join(part.split('"')[0] for part in page.split('src="')[1:])
    assert "<script>" not in page


def test_a_line_tells_tax_lines_and_business_shares_of_its_parts():
    books = Decided()
    program = Program(secret_of(books.owner))
    said = {"book": books.book, "user": books.owner, "now": NOW}
    decide(line_id=books.lines[0], account=books.account(SUPPLIES), business_share=Decimal("37.5"), **said)
    split = [
        SplitPart(books.account(SUPPLIES), Decimal(-30), tax_line=OF_OFFICE),
        SplitPart(books.account(OFFICE), Decimal(-10)),
    ]
    decide(line_id=books.lines[2], splits=split, **said)

    divided, of_parts = (
        program.get(f"books/{books.book.slug}/lines/{books.lines[at]}").json() for at in (0, 2)
    )
    found = program.get(f"books/{books.book.slug}/lines", q="has:share").json()["lines"]

    assert (divided["tax_line"], divided["business_share"]) == ("", "37.50")
    assert [
        (part["account"], part["amount"], part["tax_line"], part["is_private"], part["share_of"])
        for part in divided["parts"]
    ] == [(SUPPLIES, "-3.75", "schedule-c:22", False, "line"), ("3200", "-6.25", "", True, "line")]
    assert [
        (part["account"], part["tax_line"], part["is_own_tax_line"], part["business_share"])
        for part in of_parts["parts"]
    ] == [(SUPPLIES, OF_OFFICE, True, None), (OFFICE, OF_OFFICE, False, None)]
    assert [line["id"] for line in found] == [books.lines[0]]
    wrong = program.get(f"books/{books.book.slug}/lines", q="is:lost")
    assert (wrong.status_code, "one of unreviewed" in wrong.json()["detail"]) == (422, True)
