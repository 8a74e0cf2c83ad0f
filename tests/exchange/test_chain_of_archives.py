"""A restored book ends its hash chain where the book did that it came from, or is not restored."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.ledger.models import Account, BatchSource, ChainLink, EntryText, JournalEntry
from ledgerflow.ledger.selectors.chain import anchored_batch, chain_head
from ledgerflow.ledger.services.accounts import change_account
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, post_entries
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.ops.verify import problems
from ledgerflow.posting.services import EntryLine, post_manual_entry, reverse_entry
from tests.booked import NOW, BookedFile
from tests.exchange.archives import Damaged, archived, as_at_commit, restored
from tests.factories import UserFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def file() -> BookedFile:
    """Lines from a file, one of them reversed; words, erased words, and a batch that is large enough to be copied."""
    file = BookedFile(3)
    reverse_entry(book=file.book, number=2, date=_later(), reason="Wrong", user=file.owner, now=NOW)
    for text in ("Trip\tto Köln\\", "About a person", ""):
        post_manual_entry(
            book=file.book, date=_later(), lines=_lines(file), text=text, user=file.owner, now=NOW
        )
    EntryText.objects.filter(book=file.book, text="About a person").update(text="")
    drafts = [LineDraft(line.account.pk, "USD", line.amount, line.amount) for line in _lines(file)]
    many = [EntryDraft(date=_later(), lines=drafts, text=f"No. {number}") for number in range(600)]
    post_entries(book=file.book, source=BatchSource.MANUAL, entries=many, posted_by=None, posted_at=NOW)
    as_at_commit()
    return file


def _later() -> date:
    return NOW.date() - timedelta(days=1)


def _lines(file: BookedFile) -> list[EntryLine]:
    return [EntryLine(file.expense, Decimal(5)), EntryLine(file.bank.ledger_account, Decimal(-5))]


def _links(book) -> list[tuple[int, str]]:
    links = ChainLink.objects.filter(book=book).order_by("batch_no")
    return [(link.batch_no, bytes(link.digest).hex()) for link in links]


def test_the_chain_is_the_same_link_by_link(file, tmp_path):
    again = restored(archived(file.book, tmp_path / "book.zip"), slug="again")

    assert _links(again) == _links(file.book)
    assert len(_links(again)) == 6
    assert chain_head(book=again) == chain_head(book=file.book)
    assert anchored_batch(book=again, anchor=chain_head(book=file.book).shown) == 6
    assert problems(book=again) == []


def test_erased_words_stay_erased_and_the_others_can_be_erased(file, tmp_path):
    again = restored(archived(file.book, tmp_path / "book.zip"), slug="again")

    kept = EntryText.objects.filter(book=again, entry_number__lt=8).order_by("entry_number")
    assert [(words.text, words.salt is None) for words in kept] == [
        ("Wrong", False),
        ("Trip\tto Köln\\", False),
        ("", True),
    ]
    EntryText.objects.filter(book=again).update(text="")
    assert not EntryText.objects.filter(book=again, salt__isnull=False).exists()
    assert chain_head(book=again) == chain_head(book=file.book)
    assert problems(book=again) == []


def test_a_code_that_changed_since_changes_nothing(file, tmp_path):
    head = chain_head(book=file.book)
    change_account(account=file.expense, code="6998", name="Renamed", tax_line="")

    again = restored(archived(file.book, tmp_path / "book.zip"), slug="again")

    assert chain_head(book=again) == head
    numbers = dict(Account.objects.filter(book=again).values_list("code", "chain_no"))
    assert numbers == dict(Account.objects.filter(book=file.book).values_list("code", "chain_no"))


def test_a_restored_chain_goes_on_by_itself(file, tmp_path):
    again = restored(archived(file.book, tmp_path / "book.zip"), slug="again")
    owner = again.memberships.get().user

    reverse_entry(book=again, number=1, date=_later(), reason="Late", user=owner, now=NOW)
    as_at_commit()

    assert anchored_batch(book=again, anchor=chain_head(book=file.book).digest) == 6
    assert chain_head(book=again).batch_no == 7
    assert problems(book=again) == []


def test_a_book_without_entries_begins_where_it_began(tmp_path):
    book = open_book(name="New", base_currency="USD", chart="generic", owner=UserFactory(), now=NOW)

    again = restored(archived(book, tmp_path / "book.zip"), slug="again")

    assert chain_head(book=again) == chain_head(book=book)
    assert chain_head(book=again).batch_no == 0


def test_the_manifest_names_the_head(file, tmp_path):
    archive = Damaged(archived(file.book, tmp_path / "book.zip"))

    head = chain_head(book=file.book)
    chain = json.loads(archive.files["manifest.json"])["chain"]
    assert (chain["head"], chain["batch_no"]) == (head.digest, 6)


def _other_words(archive: Damaged) -> None:
    rows = archive.rows("texts")
    rows[0]["text"] = "Right"
    archive.put("texts", rows)


def _no_words(archive: Damaged) -> None:
    archive.put("texts", archive.rows("texts")[1:])


def _other_digest(archive: Damaged) -> None:
    """The words are gone, so that no salt speaks against another digest."""
    texts, entries = archive.rows("texts"), archive.rows("entries")
    erased = next(row for row in texts if row["salt"] is None)
    entries[erased["entry_number"] - 1]["text_digest"] = "ab" * 32
    archive.put("entries", entries)


def _other_day(archive: Damaged) -> None:
    rows = archive.rows("entries")
    rows[-1]["date"] = "2026-01-01"
    archive.put("entries", rows)


def _other_moment(archive: Damaged) -> None:
    rows = archive.rows("batches")
    rows[-1]["posted_at"] = "2026-02-28T00:00:00+00:00"
    archive.put("batches", rows)


def _other_numbers(archive: Damaged) -> None:
    rows = archive.rows("accounts")
    for row, other in zip(rows, reversed(archive.rows("accounts")), strict=True):
        row["chain_no"] = other["chain_no"]
    archive.put("accounts", rows)


def _chain(**changed: object):
    def change(archive: Damaged) -> None:
        chain = json.loads(archive.files["manifest.json"])["chain"]
        archive.manifest(chain=chain | changed)

    return change


_HEAD_DIFFERS = "The manifest says that the book's hash chain ends with batch"
CHANGED = {
    "other words": (_other_words, "These are not the words that entry 4 was posted with."),
    "no words": (_no_words, "does not hold the words of entry 4 and their digest"),
    "another digest of erased words": (_other_digest, _HEAD_DIFFERS),
    "another day": (_other_day, _HEAD_DIFFERS),
    "another moment": (_other_moment, _HEAD_DIFFERS),
    "other numbers of accounts": (_other_numbers, _HEAD_DIFFERS),
    "another origin": (_chain(origin="ab" * 16), _HEAD_DIFFERS),
    "another head": (_chain(head="ab" * 32), _HEAD_DIFFERS),
    "another batch": (_chain(batch_no=5), _HEAD_DIFFERS),
    "a head that is none": (_chain(head="great"), "does not say where the book's hash chain begins and ends"),
    "an origin that is none": (_chain(origin=None), "does not say where the book's hash chain begins and ends"),
    "a batch that is none": (_chain(batch_no=True), "does not say where the book's hash chain begins and ends"),
    "more than a chain": (_chain(evil=1), "does not say where the book's hash chain begins and ends"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGED)
def test_an_archive_that_was_changed_is_refused(file, tmp_path, what):
    change, sentence = CHANGED[what]
    archive = Damaged(archived(file.book, tmp_path / "book.zip"))
    change(archive)

    with pytest.raises(LedgerFlowError) as refusal:
        restored(archive.write(honest=True), slug="again")

    assert sentence in str(refusal.value)
    assert JournalEntry.objects.exclude(book=file.book).count() == 0


#: What a reversed posting could be said to be, and the sentence that refuses it.
REVERSED = {
    "an entry that is not there": ({"entry_number": 9_999}, "has no entry 9999"),
    "a reversal that is not there": ({"reversed_by_number": 9_999}, "has no entry 9999"),
    "an entry that nothing reverses": ({"entry_number": 3, "line": 3}, "only when its entry is reversed"),
    "another line": ({"line": 1}, "nothing of it is kept: A line is posted by an entry that says what it says"),
    "a reversal before the entry": ({"reversed_by_number": 1}, "nothing of it is kept"),
}  # fmt: skip


@pytest.mark.parametrize("what", REVERSED)
def test_a_reversed_posting_is_one_of_the_journal(file, tmp_path, what):
    change, sentence = REVERSED[what]
    archive = Damaged(archived(file.book, tmp_path / "book.zip"))
    (row,) = archive.rows("reversed_postings")
    archive.put("reversed_postings", [row | change])

    with pytest.raises(LedgerFlowError) as refusal:
        restored(archive.write(honest=True), slug="again")

    assert sentence in str(refusal.value)


def test_an_entry_stands_for_one_line(file, tmp_path):
    archive = Damaged(archived(file.book, tmp_path / "book.zip"))
    (row,) = archive.rows("reversed_postings")
    archive.put("reversed_postings", [row, row])

    with pytest.raises(LedgerFlowError, match="An entry stands for one bank line"):
        restored(archive.write(honest=True), slug="again")


def test_an_archive_without_a_chain_is_none(file, tmp_path):
    archive = Damaged(archived(file.book, tmp_path / "book.zip"))
    manifest = json.loads(archive.files["manifest.json"])
    del manifest["chain"]
    archive.files["manifest.json"] = json.dumps(manifest).encode()

    with pytest.raises(ArchiveError, match="does not say where the book's hash chain begins"):
        restored(archive.write(honest=False), slug="again")
