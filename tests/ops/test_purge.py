"""A whole book is removed by the owner of the database, with its name typed and an archive; no other book is."""

import hashlib
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from ledgerflow.api.models import KeptAnswer, Scope
from ledgerflow.api.services import make_token
from ledgerflow.books.models import Book
from ledgerflow.ops.models import BookPurge
from ledgerflow.ops.services import PurgeRefusedError, purge_book
from ledgerflow.ops.verify import problems
from ledgerflow.posting.services import reverse_entry
from ledgerflow.review.models import Proposal
from ledgerflow.review.services import Closing, Proposer, close_books, propose_classification
from ledgerflow.statements.models import DayQuestion
from tests.booked import NOW, BookedFile
from tests.conftest import database_settings
from tests.exchange.archives import Damaged, archived
from tests.ledger.sessions import session
from tests.ledger.years import Years

pytestmark = pytest.mark.usefixtures("committed_db")

LATER = NOW.date() + timedelta(days=1)
_TABLES = """
    SELECT class.oid::regclass::text FROM pg_class AS class JOIN pg_attribute ON attrelid = class.oid
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attname = 'book_id' AND NOT attisdropped
"""


@pytest.fixture
def archive(file, tmp_path):
    return archived(file.book, tmp_path / "shop.zip")


@pytest.fixture
def file():
    """A book with something of nearly every kind: files, questions, entries, undone entries, a closed period."""
    file = BookedFile(3)
    _, other, waiting = file.take_in([-9], name="other.csv")
    token, _ = make_token(
        user=file.owner, name="x", scopes=list(Scope), valid_for=timedelta(days=9), now=NOW, book=file.book
    )
    KeptAnswer.objects.create(
        token=token, book=file.book, key="k", request_sha256="0" * 64, status=201, body={}, made_at=NOW
    )
    propose_classification(
        book=file.book,
        line_ids=waiting,
        account=file.expense,
        by=Proposer(user=file.owner, through=Proposal.Through.API),
        now=NOW,
    )
    DayQuestion.objects.create(
        book=file.book,
        bank_account=file.bank,
        date=NOW.date(),
        statement=file.statement,
        other_statement=other,
    )
    close_books(
        book=file.book, through=NOW.date(), how=Closing.CLOSE, reason="Done", user=file.owner, now=NOW
    )
    return file


def _purge(file, archive, **more):
    given = {
        "book": file.book,
        "typed_name": file.book.name,
        "archive": archive,
        "user": file.owner,
        "now": NOW,
    }
    return purge_book(**(given | more))


def _rows(book_id):
    with session("owner") as owner:
        tables = [table for (table,) in owner.execute(_TABLES)]
        counted = {
            table: owner.execute(f"SELECT count(*) FROM {table} WHERE book_id = %s", [book_id]).fetchone()[0]
            for table in tables
        }
    return {table: count for table, count in counted.items() if count}


def _folder(file):
    return Path(settings.MEDIA_ROOT) / str(file.book.pk)


def test_a_book_goes_with_everything_and_another_stays(file, archive):
    other = BookedFile(2)
    others, own = _rows(other.book.pk), _rows(file.book.pk)
    book_id = file.book.pk

    record = _purge(file, archive)

    assert _rows(book_id) == {}
    assert not Book.objects.filter(pk=book_id).exists()
    assert not (Path(settings.MEDIA_ROOT) / str(book_id)).exists()
    assert record.rows == own
    assert {
        "ledger_journalline",
        "statements_sighting",
        "ledger_periodaction",
        "books_membership",
    } <= own.keys()
    assert (record.slug, record.name, record.purged_by, record.archive_name, record.archive_sha256) == (
        "shop", "Shop", file.owner, "shop.zip", hashlib.sha256(archive.read_bytes()).hexdigest(),
    )  # fmt: skip
    assert _rows(other.book.pk) == others
    assert _folder(other).exists()
    assert problems(book=other.book) == []


def test_a_book_with_a_closed_year_goes_too(tmp_path):
    company = Years()
    company.a_year()
    company.close()
    company.reopen()
    company.close()
    book_id = company.book.pk
    archive = archived(company.book, tmp_path / "studio.zip")

    purge_book(book=company.book, typed_name="Studio", archive=archive, user=company.owner, now=NOW)

    assert _rows(book_id) == {}


def test_the_guards_are_on_again(file, archive):
    other = BookedFile(2)
    _purge(file, archive)

    with session("owner") as owner:
        for statement in (
            "DELETE FROM ledger_journalline",
            "DELETE FROM documents_document",
            "DELETE FROM posting_reversedposting",
            "UPDATE ledger_ledgerstate SET closed_through = NULL",
        ):
            with pytest.raises(psycopg.Error, match=r"refused|kept|stay"):
                owner.execute(statement)
            owner.rollback()
        off = "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'"
        assert owner.execute(off).fetchone() == (0,)
    assert problems(book=other.book) == []


def test_a_dry_run_counts_and_leaves_everything(file, archive):
    before = _rows(file.book.pk)

    record = _purge(file, archive, dry_run=True)

    assert record.rows == before == _rows(file.book.pk)
    assert _folder(file).exists()
    assert not BookPurge.objects.exists()
    assert problems(book=file.book) == []


def _damaged(archive):
    content = bytearray(archive.read_bytes())
    content[300] ^= 0xFF
    archive.write_bytes(content)


def _emptied(archive):
    with zipfile.ZipFile(archive, "w"):
        pass


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (_damaged, "amaged"),
        (_emptied, "it has no manifest.json. The book shop stays"),
        (lambda archive: archive.write_bytes(b"no zip"), "is no archive, or damaged on its way"),
        (lambda archive: archive.unlink(), "cannot be read .No such file"),
    ],
)
def test_without_an_archive_that_can_be_read_the_book_stays(file, archive, harm, sentence):
    harm(archive)

    with pytest.raises(PurgeRefusedError, match=sentence):
        _purge(file, archive)

    assert Book.objects.filter(pk=file.book.pk).exists()


def test_an_archive_of_another_book_is_none(file, tmp_path):
    """Neither of another address, nor of another book that had the same one."""
    other = archived(BookedFile(1).book, tmp_path / "other.zip")
    namesake = Damaged(archived(file.book, tmp_path / "shop.zip"))
    chain = json.loads(namesake.files["manifest.json"])["chain"]
    namesake.manifest(chain=chain | {"head": "0" * 64})

    with pytest.raises(PurgeRefusedError, match=r"is an archive of the book shop-.*, not of shop"):
        _purge(file, other)
    with pytest.raises(PurgeRefusedError, match=r"ends at 0+, which this book's chain does not hold"):
        _purge(file, namesake.write(honest=True))

    assert Book.objects.filter(pk=file.book.pk).exists()


def test_an_archive_with_a_row_that_is_none_is_not_enough(file, archive):
    harmed = Damaged(archive)
    harmed.files["payees.jsonl"] = b"{nothing\n"

    with pytest.raises(PurgeRefusedError, match=r"Row 1 of payees\.jsonl is no JSON"):
        _purge(file, harmed.write(honest=True))


def test_an_archive_from_before_the_last_posting_is_one_of_the_book(file, archive):
    """It is the person's to say which archive they want to keep; that the book is meant is what the chain shows."""
    reverse_entry(book=file.book, number=1, date=LATER, reason="Late", user=file.owner, now=NOW)

    assert _purge(file, archive).slug == "shop"


def test_the_name_is_typed_and_an_archive_named(file, archive):
    for typed in ("shop", "", "Shop "):
        with pytest.raises(PurgeRefusedError, match="not the name of the book, which is “Shop”"):
            _purge(file, archive, typed_name=typed)
    with pytest.raises(PurgeRefusedError, match="Export the book first"):
        _purge(file, None)
    assert _rows(file.book.pk)

    Book.objects.filter(pk=file.book.pk).update(is_demo=True)
    _purge(file, None)

    assert BookPurge.objects.get().archive_sha256 == ""
    with pytest.raises(PurgeRefusedError, match="no such book"):
        _purge(file, None)


def test_it_does_not_wait_for_ever_for_somebody_who_writes(file, archive):
    other = BookedFile(1)
    with session() as writer, session("owner") as owner:
        writer.execute("UPDATE books_book SET name = 'Elsewhere' WHERE id = %s", [other.book.pk])
        owner.execute("ALTER FUNCTION ops_purge_book SET lock_timeout = '200ms'")
        owner.commit()

        with pytest.raises(PurgeRefusedError, match="Somebody is writing"):
            _purge(file, archive)

    assert _rows(file.book.pk)


def test_the_application_neither_purges_nor_rewrites_the_record(file, archive):
    _purge(file, archive)
    own = database_settings("default")
    with psycopg.connect(**own, autocommit=True) as raw:
        for statement in (
            "SELECT ops_purge_book(1, 'Shop', '', '', 1, now())",
            "INSERT INTO ops_bookpurge (former_book) VALUES (99)",
            "UPDATE ops_bookpurge SET name = 'x'",
            "DELETE FROM ops_bookpurge",
            "TRUNCATE ops_bookpurge",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(statement)
    with session("owner") as owner:
        for statement in (
            "UPDATE ops_bookpurge SET name = 'x'",
            "DELETE FROM ops_bookpurge",
            "TRUNCATE ops_bookpurge",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation):
                owner.execute(statement)
            owner.rollback()


def test_every_table_that_points_at_a_book_is_reached():
    """A table without the column could keep a row that points at the book, and every purge would be refused."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"""
            WITH of_books AS ({_TABLES})
            SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
             WHERE contype = 'f' AND conrelid::regclass::text NOT IN (SELECT * FROM of_books)
               AND (confrelid = 'books_book'::regclass OR confrelid::regclass::text IN (SELECT * FROM of_books))
            """
        )
        assert cursor.fetchall() == []
