"""The hash chain names what was changed past every guard, and a printed head what was made anew as a whole."""

import hashlib
from datetime import UTC

import psycopg
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.ledger.models import (
    Account,
    ChainLink,
    EntryText,
    JournalEntry,
    JournalLine,
    LedgerState,
    PostingBatch,
)
from ledgerflow.ledger.selectors.chain import SHOWN, AnchorRefusedError, anchored_batch, chain_head
from ledgerflow.ledger.selectors.verify import problems
from ledgerflow.ledger.services.accounts import change_account
from ledgerflow.ledger.services.opening import open_book
from tests.factories import UserFactory
from tests.ledger.sessions import Ledger, session

_TABLES = ("postingbatch", "journalentry", "journalline", "movement", "chainlink", "entrytext")


@pytest.fixture
def ledger(shared_db):
    made = Ledger()
    made.post("5.00", text="for Ann")
    made.post("7.25")
    return made


def _tamper(*statements):
    """Run the statements as the owner with every trigger switched off."""
    with session("owner") as owner:
        for table in _TABLES:
            owner.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER")
        for statement in statements:
            owner.execute(statement)
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _TABLES:
            owner.execute(f"ALTER TABLE ledger_{table} ENABLE TRIGGER USER")
        owner.commit()


def _checks(ledger):
    return {problem.check for problem in problems(book=ledger.book)}


def _recomputed(book):
    """Compute the chain from the rows as the comment on ``ledger_digest`` says, in Python."""
    digest = bytes(LedgerState.objects.get(book=book).chain_origin)
    numbers = dict(Account.objects.filter(book=book).values_list("pk", "chain_no"))
    for batch in PostingBatch.objects.filter(book=book).order_by("no"):
        at = batch.posted_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        text = f"batch {batch.no} {batch.source} {batch.first_number} {batch.entry_count} {at}\n"
        of_batch = range(batch.first_number, batch.first_number + batch.entry_count)
        for entry in JournalEntry.objects.filter(book=book, number__in=of_batch).order_by("number"):
            words = f" {bytes(entry.text_digest).hex()}" if entry.text_digest else ""
            text += f"{entry.number} {entry.date:%Y-%m-%d} {entry.reverses_number or '-'}{words}\n"
        for line in JournalLine.objects.filter(book=book, entry_number__in=of_batch).order_by(
            "entry_number", "no"
        ):
            text += (
                f"{line.entry_number} {line.no} {numbers[line.account_id]} {line.currency}"
                f" {line.amount:.4f} {line.base_amount:.4f}\n"
            )
        digest = hashlib.sha256(digest + text.encode()).digest()
    return digest.hex()


def test_the_chain_can_be_recomputed_by_anybody(ledger):
    head = chain_head(book=ledger.book)

    assert head.digest == _recomputed(ledger.book)
    assert head.batch_no == 3
    assert len(head.shown) == SHOWN


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.decimals("0.01", "99999.99", places=2), min_size=1, max_size=6),
    words=st.text(max_size=20),
)
def test_every_posting_moves_the_head_on(ledger, amounts, words):
    heads = [chain_head(book=ledger.book).digest]
    for amount in amounts:
        ledger.post(str(amount), text=words.replace("\0", ""))
        heads.append(chain_head(book=ledger.book).digest)

    assert len(set(heads)) == len(heads)
    assert heads[-1] == _recomputed(ledger.book)
    assert problems(book=ledger.book) == []


def test_equal_entries_in_two_books_have_two_chains(ledger):
    other = Ledger()

    first = ChainLink.objects.get(book=ledger.book, batch_no=1)
    assert bytes(ChainLink.objects.get(book=other.book, batch_no=1).digest) != bytes(first.digest)


def test_a_book_begins_at_its_origin(ledger):
    empty = open_book(
        name="Empty", base_currency="USD", chart="generic", owner=UserFactory(), now=timezone.now()
    )

    head = chain_head(book=empty)
    assert head.batch_no == 0
    assert anchored_batch(book=empty, anchor=head.shown) == 0
    assert anchored_batch(book=ledger.book, anchor=head.shown) is None


def test_a_change_that_keeps_every_sum_is_named_by_the_chain_alone(ledger):
    _tamper(
        "UPDATE ledger_journalline SET amount = sign(amount) * other.size, base_amount = sign(amount) * other.size"
        " FROM (VALUES (2, 7.25), (3, 5)) AS other (entry, size)"
        f" WHERE entry_number = other.entry AND book_id = {ledger.book.pk}"
    )

    found = problems(book=ledger.book)
    assert {problem.check for problem in found} == {"chain"}
    assert [problem.sentence for problem in found] == [
        "Batch 2 (entries 2 to 2) is not what was posted: its link in the hash chain does not fit.",
        "Batch 3 (entries 3 to 3) is not what was posted: its link in the hash chain does not fit.",
    ]


def test_a_moment_that_is_changed_is_named(ledger):
    _tamper(
        f"UPDATE ledger_postingbatch SET posted_at = posted_at - interval '1 day' WHERE book_id = {ledger.book.pk}"
    )

    assert _checks(ledger) == {"chain"}


def test_a_link_that_is_taken_away_is_named(ledger):
    _tamper(f"DELETE FROM ledger_chainlink WHERE book_id = {ledger.book.pk} AND batch_no = 2")

    assert "Batch 2 (entries 2 to 2) is not what was posted: its link in the hash chain is missing." in [
        problem.sentence for problem in problems(book=ledger.book)
    ]


def test_a_chain_made_anew_is_caught_by_a_head_on_paper(ledger):
    noted = chain_head(book=ledger.book)
    remake = f"""
        DO $$ DECLARE batch ledger_postingbatch; BEGIN
            DELETE FROM ledger_chainlink WHERE book_id = {ledger.book.pk};
            FOR batch IN SELECT * FROM ledger_postingbatch WHERE book_id = {ledger.book.pk} ORDER BY no LOOP
                INSERT INTO ledger_chainlink SELECT batch.book_id, batch.no, ledger_digest(batch, coalesce(
                    (SELECT digest FROM ledger_chainlink WHERE book_id = batch.book_id AND batch_no = batch.no - 1),
                    (SELECT chain_origin FROM ledger_ledgerstate WHERE book_id = batch.book_id)));
            END LOOP;
        END $$"""
    _tamper(
        f"UPDATE ledger_postingbatch SET posted_at = posted_at - interval '1 day' WHERE book_id = {ledger.book.pk}"
        " AND no = 2",
        remake.replace(
            "INSERT INTO ledger_chainlink SELECT",
            "INSERT INTO ledger_chainlink (book_id, batch_no, digest) SELECT",
        ),
    )
    ledger.post("3.00")

    assert problems(book=ledger.book) == []
    assert anchored_batch(book=ledger.book, anchor=noted.digest) is None
    assert anchored_batch(book=ledger.book, anchor=chain_head(book=ledger.book).shown) == 4


def test_a_head_stays_in_the_chain_when_more_is_posted(ledger):
    noted = chain_head(book=ledger.book)
    ledger.post("3.00")

    assert anchored_batch(book=ledger.book, anchor=f" {noted.shown.upper()} ") == 3


@pytest.mark.parametrize("text", ["", "abc", "g" * 32, "a" * 65, "a" * 31])
def test_what_is_no_head_is_refused(ledger, text):
    with pytest.raises(AnchorRefusedError, match="no head of a hash chain"):
        anchored_batch(book=ledger.book, anchor=text)


def test_words_that_are_erased_leave_the_chain_as_it_was(ledger):
    before = chain_head(book=ledger.book)
    EntryText.objects.filter(book=ledger.book).update(text="")

    words = EntryText.objects.get(book=ledger.book)
    assert (words.text, words.salt) == ("", None)
    assert chain_head(book=ledger.book) == before
    assert problems(book=ledger.book) == []


def test_words_that_are_changed_are_named(ledger):
    _tamper(f"UPDATE ledger_entrytext SET text = 'for Bob' WHERE book_id = {ledger.book.pk}")

    assert _checks(ledger) == {"texts"}


def test_an_account_may_be_renamed(ledger):
    change_account(account=ledger.cost, code="6999", name="Other", tax_line="")

    assert problems(book=ledger.book) == []


@pytest.mark.parametrize(
    ("statement", "as_app", "as_owner"),
    [
        (
            "INSERT INTO ledger_chainlink (book_id, batch_no, digest) VALUES ({book}, 9, 'x')",
            "42501",
            "LF009",
        ),
        ("UPDATE ledger_chainlink SET digest = 'x'", "42501", "LF009"),
        ("DELETE FROM ledger_chainlink", "42501", "LF009"),
        ("UPDATE ledger_ledgerstate SET chain_origin = 'x'", "42501", "LF009"),
        ("UPDATE ledger_account SET chain_no = 77 WHERE book_id = {book}", "LF009", "LF009"),
        (
            "INSERT INTO ledger_entrytext (book_id, entry_number, text, salt) VALUES ({book}, 3, 'x', 's')",
            "LF009",
            "LF009",
        ),
    ],
)
def test_nobody_writes_to_the_chain(ledger, statement, as_app, as_owner):
    for alias, expected in (("default", as_app), ("owner", as_owner)):
        with session(alias) as raw, pytest.raises(psycopg.Error) as refusal:
            raw.execute(statement.format(book=ledger.book.pk))
        assert refusal.value.sqlstate == expected, alias
