"""A raw session as lf_app cannot bring anything unsound into the journal; the sound neighbor is let in."""

import psycopg
import pytest

from ledgerflow.ledger.models import JournalEntry, JournalLine
from ledgerflow.ledger.selectors.verify import problems
from tests.factories import AccountFactory
from tests.ledger.sessions import Ledger, session


@pytest.fixture
def ledger(shared_db):
    return Ledger()


@pytest.fixture
def raw(ledger):
    with session() as connection:
        yield connection


def _refused(code, attack):
    with pytest.raises(psycopg.Error) as refusal:
        attack()
    assert refusal.value.sqlstate == code, str(refusal.value)


def _nothing_more(ledger, entries=1):
    assert JournalEntry.objects.filter(book=ledger.book).count() == entries
    assert JournalLine.objects.filter(book=ledger.book).count() == 2 * entries
    assert problems(book=ledger.book) == []


def test_a_sound_entry_is_let_in(ledger, raw):
    ledger.whole(raw)

    _nothing_more(ledger, entries=2)


def test_a_sound_entry_is_let_in_by_copy(ledger, raw):
    ledger.batch(raw)
    ledger.entry(raw)
    with raw.cursor().copy(
        "COPY ledger_journalline (book_id, entry_number, no, account_id, date, currency, amount, base_amount)"
        " FROM STDIN"
    ) as copy:
        for row in ledger.line_rows():
            copy.write_row(row)
    raw.commit()

    _nothing_more(ledger, entries=2)


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("LF001", {"lines": {"amounts": ("5", "-4.99")}}),
        ("LF001", {"lines": {"amounts": ("NaN", "NaN")}}),
        ("22003", {"lines": {"amounts": ("Infinity", "-Infinity")}}),
        ("22003", {"lines": {"amounts": ("99999999999999999", "-99999999999999999")}}),
        ("LF002", {"lines": {"amounts": ("5", "-2", "-3")}}),
        ("LF002", {"lines": {"amounts": ("0",)}}),
        ("LF002", {"lines": {"first_no": 2}}),
        ("LF002", {"lines": {"first_no": 0}}),
        ("LF002", {"lines": {"date": "2026-03-06"}}),
        ("LF002", {"lines": {"number": 3}}),
        ("23514", {"lines": {"currency": "usd"}}),
        ("LF003", {"entry": {"number": 3}}),
        ("23505", {"entry": {"number": 1}}),
        ("LF003", {"entry": {"number": 0}}),
        ("LF003", {"entry": {"batch": 1}}),
        ("LF003", {"entry": {"batch": 9}}),
        ("LF003", {"batch": {"no": 3}}),
        ("LF003", {"batch": {"first": 3}}),
        ("LF003", {"batch": {"first": 1}}),
        ("LF002", {"batch": {"count": 2}}),
        ("23514", {"batch": {"count": 0}}),
        ("LF002", {"entry": {"lines": 1}, "lines": {"amounts": ("0",)}}),
        ("LF002", {"entry": {"lines": 10_001}}),
        ("LF014", {"entry": {"date": "infinity"}}),
        ("LF014", {"entry": {"date": "1899-12-31"}}),
        ("LF008", {"entry": {"reverses": 7}}),
        ("LF008", {"entry": {"reverses": 2}}),
        ("LF008", {"entry": {"reverses": 1}}),
    ],
    ids=str,
)
def test_an_unsound_entry_is_refused(ledger, raw, code, changed):
    _refused(code, lambda: ledger.whole(raw, **changed))

    raw.rollback()
    _nothing_more(ledger)


def test_an_entry_without_lines_is_refused_at_commit(ledger, raw):
    ledger.batch(raw)
    ledger.entry(raw)

    _refused("LF002", raw.commit)
    _nothing_more(ledger)


def test_an_entry_without_lines_is_refused_however_constraints_are_set(ledger, raw):
    ledger.batch(raw)
    ledger.entry(raw)

    _refused("LF002", lambda: raw.execute("SET CONSTRAINTS ALL IMMEDIATE"))
    raw.rollback()
    _nothing_more(ledger)


def test_a_batch_without_entries_is_refused_at_commit(ledger, raw):
    ledger.batch(raw)

    _refused("LF002", raw.commit)
    _nothing_more(ledger)


def test_lines_without_an_entry_are_refused(ledger, raw):
    _refused("LF002", lambda: ledger.lines(raw, ledger.line_rows()))


def test_doubled_lines_cannot_stand_in_for_missing_ones(ledger, raw):
    ledger.batch(raw, count=2)
    ledger.entry(raw, number=2)
    ledger.entry(raw, number=3)

    _refused("LF002", lambda: ledger.lines(raw, ledger.line_rows(3) + ledger.line_rows(3, first_no=3)))


def test_a_balanced_pair_cannot_be_appended_to_a_posted_entry(ledger, raw):
    _refused("LF002", lambda: ledger.lines(raw, ledger.line_rows(1, first_no=3)))
    raw.rollback()
    _refused("23505", lambda: ledger.lines(raw, ledger.line_rows(1)))
    raw.rollback()

    _nothing_more(ledger)


def test_lines_in_two_statements_are_refused(ledger, raw):
    ledger.batch(raw)
    ledger.entry(raw)
    first, second = ledger.line_rows(amounts=("0", "0"))

    _refused("LF002", lambda: [ledger.lines(raw, [first]), ledger.lines(raw, [second])])


def test_entries_may_arrive_in_two_statements_of_one_transaction(ledger, raw):
    ledger.batch(raw, count=2)
    ledger.entry(raw, number=2)
    ledger.entry(raw, number=3)
    ledger.lines(raw, ledger.line_rows(2) + ledger.line_rows(3))
    raw.commit()

    _nothing_more(ledger, entries=3)


def test_another_books_account_is_refused(ledger, raw):
    ledger.cost = AccountFactory()

    _refused("LF005", lambda: ledger.whole(raw))


def test_no_account_is_refused(ledger, raw):
    ledger.cost.pk = 0

    _refused("LF005", lambda: ledger.whole(raw))


def test_an_archived_account_is_refused(ledger, raw):
    raw.execute("UPDATE ledger_account SET is_archived = true WHERE id = %s", [ledger.cost.pk])
    raw.commit()

    _refused("LF006", lambda: ledger.whole(raw))


def test_another_currency_than_the_accounts_is_refused(ledger, raw):
    ledger.cost = AccountFactory(book=ledger.book, currency="EUR")

    _refused("LF007", lambda: ledger.whole(raw))


@pytest.mark.parametrize(
    ("amount", "base_amount"), [("4", "5"), ("NaN", "5")], ids=["differs from its base", "is no number"]
)
def test_an_amount_in_the_base_currency_is_its_base_amount(ledger, raw, amount, base_amount):
    ledger.batch(raw)
    ledger.entry(raw)
    first, second = ledger.line_rows(amounts=(base_amount, f"-{base_amount}"))

    _refused("LF007", lambda: ledger.lines(raw, [(*first[:6], amount, base_amount), second]))


def test_a_foreign_amount_may_differ_from_its_base_amount(ledger, raw):
    ledger.batch(raw)
    ledger.entry(raw)
    first, second = ledger.line_rows()
    foreign = (*first[:5], "EUR", "4.5", "5")

    ledger.lines(raw, [foreign, second])
    raw.commit()

    _nothing_more(ledger, entries=2)


def test_a_foreign_amount_that_is_no_number_is_refused(ledger, raw):
    ledger.batch(raw)
    ledger.entry(raw)
    first, second = ledger.line_rows()

    _refused("LF007", lambda: ledger.lines(raw, [(*first[:5], "EUR", "NaN", "5"), second]))


def test_a_mirror_reverses_once(ledger, raw):
    ledger.whole(raw, entry={"reverses": 1}, lines={"amounts": ("-10", "10")})

    _refused(
        "23505",
        lambda: ledger.whole(
            raw,
            batch={"no": 3, "first": 3},
            entry={"number": 3, "batch": 3, "reverses": 1},
            lines={"number": 3, "amounts": ("-10", "10")},
        ),
    )


def test_everything_may_arrive_in_one_statement(ledger, raw):
    raw.execute(
        """
        WITH batch AS (INSERT INTO ledger_postingbatch (book_id, no, source, first_number, entry_count, posted_at)
                       VALUES (%(book)s, 2, 'manual', 2, 1, now())),
        entry AS (INSERT INTO ledger_journalentry (book_id, number, batch_no, date, line_count)
                  VALUES (%(book)s, 2, 2, '2026-03-05', 2))
        INSERT INTO ledger_journalline (book_id, entry_number, no, account_id, date, currency, amount, base_amount)
        VALUES (%(book)s, 2, 1, %(bank)s, '2026-03-05', 'USD', 1, 1),
               (%(book)s, 2, 2, %(cost)s, '2026-03-05', 'USD', -1, -1)
        """,
        {"book": ledger.book.pk, "bank": ledger.bank.pk, "cost": ledger.cost.pk},
    )
    raw.commit()

    _nothing_more(ledger, entries=2)


def test_a_batch_without_numbers_gets_the_next_ones(ledger, raw):
    asked = raw.execute(
        "INSERT INTO ledger_postingbatch (book_id, source, entry_count, posted_at)"
        " VALUES (%s, 'manual', 1, now()) RETURNING no, first_number",
        [ledger.book.pk],
    ).fetchone()
    ledger.entry(raw)
    ledger.lines(raw, ledger.line_rows())
    raw.commit()

    assert asked == (2, 2)
    _nothing_more(ledger, entries=2)


def test_a_batch_of_a_book_without_ledger_is_refused(ledger, raw):
    _refused(
        "LF012",
        lambda: raw.execute(
            "INSERT INTO ledger_postingbatch (book_id, source, entry_count, posted_at)"
            " VALUES (0, 'manual', 1, now())"
        ),
    )


def test_entries_of_two_batches_do_not_arrive_together(ledger, raw):
    ledger.batch(raw)
    ledger.batch(raw, no=3, first=3)

    _refused(
        "LF003",
        lambda: raw.execute(
            "INSERT INTO ledger_journalentry (book_id, number, batch_no, date, line_count)"
            " VALUES (%(book)s, 2, 2, '2026-03-05', 2), (%(book)s, 3, 3, '2026-03-05', 2)",
            {"book": ledger.book.pk},
        ),
    )


def test_lines_of_two_books_do_not_arrive_together(ledger, raw):
    other = Ledger()
    for each in (ledger, other):
        each.batch(raw)
        each.entry(raw)

    _refused("LF002", lambda: ledger.lines(raw, ledger.line_rows() + other.line_rows()))
