"""Raw SQL as the application's role: a closed year says what it says, and nothing else is called a closing."""

from datetime import date
from functools import partial

import psycopg
import pytest

from ledgerflow.ledger.models import YearClosing
from ledgerflow.ledger.selectors.verify import problems
from ledgerflow.ledger.services.accounts import create_account
from tests.ledger.sessions import session
from tests.ledger.years import Years

CLOSING = "INSERT INTO ledger_yearclosing (book_id, last_day, entry_number) VALUES (%s, %s, %s)"


@pytest.fixture
def company(shared_db):
    company = Years()
    company.a_year()
    return company


def _batch(raw, company, source="closing", count=1):
    number, batch = raw.execute(
        "SELECT next_number, next_batch FROM ledger_ledgerstate WHERE book_id = %s", [company.book.pk]
    ).fetchone()
    raw.execute(
        "INSERT INTO ledger_postingbatch (book_id, no, source, first_number, entry_count, posted_at, posted_by_id)"
        " VALUES (%s, %s, %s, %s, %s, now(), %s)",
        [company.book.pk, batch, source, number, count, company.owner.pk],
    )
    return number, batch


def _entry(raw, company, lines, *, day="2026-12-31", source="closing", reverses=None):
    """Post an entry of (account, amount) lines in US dollars and return its number."""
    number, batch = _batch(raw, company, source)
    raw.execute(
        "INSERT INTO ledger_journalentry (book_id, number, batch_no, date, line_count, reverses_number)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [company.book.pk, number, batch, day, len(lines), reverses],
    )
    values = ", ".join(["(%s, %s, %s, %s, %s, 'USD', %s, %s)"] * len(lines))
    raw.execute(
        "INSERT INTO ledger_journalline"
        f" (book_id, entry_number, no, account_id, date, currency, amount, base_amount) VALUES {values}",
        [
            fact
            for no, (account, amount) in enumerate(lines, 1)
            for fact in (company.book.pk, number, no, account.pk, day, amount, amount)
        ],
    )
    return number


def _act(raw, company, through):
    raw.execute(
        "INSERT INTO ledger_periodaction (book_id, closed_through, reason, acted_by_id, acted_at)"
        " VALUES (%s, %s, 'x', %s, now())",
        [company.book.pk, through, company.owner.pk],
    )


def _right(company):
    return [(company.sales, 900), (company.rent, -300), (company.retained, -600)]


def _commit(raw, work):
    work()
    raw.commit()


def _refused(raw, work):
    with pytest.raises(psycopg.Error) as refusal:
        _commit(raw, work)
    raw.rollback()
    return refusal.value.sqlstate


def test_the_steps_of_the_service_pass_as_raw_sql(company):
    with session() as raw:
        number = _entry(raw, company, _right(company))
        raw.execute(CLOSING, [company.book.pk, "2026-12-31", number])
        _act(raw, company, "2026-12-31")
        raw.commit()

    assert YearClosing.objects.filter(book=company.book).count() == 1
    assert problems(book=company.book) == []


def test_a_closing_that_does_not_close_is_refused(company):
    other_equity = create_account(book=company.book, code="3333", name="Capital", type="equity")

    def close(raw, lines, *, day="2026-12-31", through="2026-12-31", source="closing", said=None):
        number = _entry(raw, company, lines, day=day, source=source)
        raw.execute(CLOSING, [company.book.pk, said or day, number])
        if through:
            _act(raw, company, through)

    half = [(company.sales, 900), (company.retained, -900)]
    out = [(company.sales, 900), (company.rent, -300), (company.bank, -600)]
    with session() as raw:
        for attack in (
            lambda: close(raw, half),  # an account keeps its balance
            lambda: close(raw, out),  # the balance sheet moves
            lambda: close(raw, _right(company), through=None),  # postings may follow
            lambda: close(raw, _right(company), through="2026-12-30"),
            lambda: close(raw, _right(company), day="2026-11-30"),  # no fiscal year ends there
            lambda: close(raw, _right(company), day="2026-12-30", said="2026-12-31"),
            lambda: close(raw, _right(company), source="manual"),
        ):
            assert _refused(raw, attack) == "LF010"
        close(raw, [(company.sales, 900), (company.rent, -300), (other_equity, -600)])
        raw.commit()


def test_nothing_but_a_closing_comes_under_that_name(company):
    hidden = [(company.rent, 5), (company.bank, -5)]

    with session() as raw:
        assert _refused(raw, lambda: _entry(raw, company, hidden)) == "LF010"
        # One batch, one entry.
        assert _refused(raw, lambda: _batch(raw, company, count=2)) in {"LF002", "LF010"}


def test_a_closed_year_is_not_reopened_under_its_closing(company):
    company.close()

    with session() as raw:
        for through in ("2026-12-30", "2026-01-31", None):
            assert _refused(raw, lambda day=through: _act(raw, company, day)) == "LF010"


def test_a_closing_entry_is_reversed_only_with_its_year(company):
    closing = company.close()
    mirror = [(account, -amount) for account, amount in _right(company)]
    of_closing = {"day": "2027-01-05", "reverses": closing.entry_number}
    take_back = "UPDATE ledger_yearclosing SET reversed_by_number = %s WHERE id = %s"

    def reverse_later(source):
        number = _entry(raw, company, mirror, source=source, **of_closing)
        raw.execute(take_back, [number, closing.pk])

    with session() as raw:
        # The mirror alone, in the open year, would bring the result back a second time.
        for source in ("reversal", "manual"):
            attack = partial(_entry, raw, company, mirror, source=source, **of_closing)
            assert _refused(raw, attack) == "LF008"
        for source in ("closing", "reversal"):
            assert _refused(raw, partial(reverse_later, source)) == "LF010"


def test_the_row_of_a_closed_year_stays(company):
    closing = company.close()
    own = f"WHERE id = {closing.pk}"
    attacks = {
        f"UPDATE ledger_yearclosing SET last_day = '2025-12-31' {own}": "42501",
        f"UPDATE ledger_yearclosing SET entry_number = 1 {own}": "42501",
        f"UPDATE ledger_yearclosing SET reversed_by_number = 1 {own}": "LF010",
        f"UPDATE ledger_yearclosing SET reversed_by_number = NULL {own}": "LF010",
        f"DELETE FROM ledger_yearclosing {own}": "42501",
        "TRUNCATE ledger_yearclosing": "42501",
        "ALTER TABLE ledger_yearclosing DISABLE TRIGGER ALL": "42501",
    }
    for_the_owner = {
        f"DELETE FROM ledger_yearclosing {own}": "LF009",
        "TRUNCATE ledger_yearclosing": "LF009",
        f"UPDATE ledger_yearclosing SET last_day = '2025-12-31' {own}": "LF010",
    }

    for alias, statements in (("default", attacks), ("owner", for_the_owner)):
        with session(alias) as raw:
            for statement, code in statements.items():
                assert _refused(raw, lambda sql=statement: raw.execute(sql)) == code, statement
    with session() as raw:
        for number, code in ((closing.entry_number, "23505"), (99, "23505"), (1, "23505")):
            again = [company.book.pk, "2026-12-31", number]
            assert _refused(raw, lambda facts=again: raw.execute(CLOSING, facts)) == code
        elsewhere = [company.book.pk, "2025-12-31", 99]
        assert _refused(raw, lambda: raw.execute(CLOSING, elsewhere)) == "23503"


def test_a_taken_back_closing_is_not_changed_again(company):
    closing = company.close()
    company.reopen()

    with session() as raw:
        for value in ("NULL", "1"):
            statement = f"UPDATE ledger_yearclosing SET reversed_by_number = {value} WHERE id = {closing.pk}"
            assert _refused(raw, lambda sql=statement: raw.execute(sql)) == "LF010"


TAMPERINGS = {
    "UPDATE ledger_yearclosing SET last_day = last_day - 1": {"closings", "opening"},
    "UPDATE ledger_yearclosing SET reversed_by_number = 1": {"closings"},
    "UPDATE ledger_postingbatch SET source = 'manual' WHERE source = 'closing'": {"closings", "chain"},
    "DELETE FROM ledger_yearclosing": {"closings"},
    "UPDATE ledger_ledgerstate SET closed_through = '2026-01-31'": {"closings", "periods"},
    "UPDATE ledger_journalline SET account_id = (SELECT id FROM ledger_account AS other WHERE code = '6390'"
    " AND other.book_id = ledger_journalline.book_id) WHERE entry_number = 2 AND no = 1": {
        "opening",
        "movements",
        "chain",
    },
}


@pytest.mark.parametrize(("statement", "checks"), TAMPERINGS.items(), ids=range(len(TAMPERINGS)))
def test_verify_names_what_was_done_to_a_closed_year(company, statement, checks):
    company.close()
    own = f" book_id = {company.book.pk}"
    statement += f" AND{own}" if "WHERE source" in statement or "WHERE entry" in statement else f" WHERE{own}"
    with session("owner") as owner:
        for table in ("yearclosing", "postingbatch", "ledgerstate", "journalline"):
            owner.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER")
        owner.execute(statement)
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("yearclosing", "postingbatch", "ledgerstate", "journalline"):
            owner.execute(f"ALTER TABLE ledger_{table} ENABLE TRIGGER USER")
        owner.commit()

    found = problems(book=company.book)

    assert {problem.check for problem in found} == checks
    assert all(problem.sentence for problem in found)


def test_a_day_of_a_closed_year_takes_nothing(company):
    company.close()

    with session() as raw:
        attack = [(company.rent, 5), (company.bank, -5)]
        assert (
            _refused(raw, lambda: _entry(raw, company, attack, day=str(date(2026, 3, 1)), source="manual"))
            == "LF004"
        )
