"""The journal out of an archive, batch by batch."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.exchange.archive.reading import Row
from ledgerflow.exchange.archive.tables import BATCHES, ENTRIES, JOURNAL_LINES, TEXTS
from ledgerflow.exchange.services.loading import Loader
from ledgerflow.ledger.models import BatchSource
from ledgerflow.posting.services import PastBatch, PastEntry, PastLine, PastWords
from ledgerflow.users.models import User


def past_batches(loader: Loader, people: Mapping[int, User]) -> Iterator[PastBatch]:
    """Yield the archive's batches with their entries; ``people`` by id.

    Raises:
        ArchiveError: batches, entries and lines do not belong together.
    """
    texts = {row["entry_number"]: row for row in loader.rows(TEXTS)}
    entries = groupby(_entries(loader, texts), key=itemgetter(0))
    for row in loader.rows(BATCHES):
        no, of_batch = next(entries, (None, iter(())))
        drafts = [draft for _, draft in of_batch]
        if no != row["no"] or len(drafts) != row["entry_count"]:
            raise ArchiveError(f"The archive does not hold the entries of batch {row['no']}.")
        yield PastBatch(
            no=row["no"],
            source=BatchSource(row["source"]),
            first_number=row["first_number"],
            posted_by=people.get(row["posted_by"]),
            posted_at=row["posted_at"],
            entries=drafts,
        )
    if next(entries, None) is not None:
        raise ArchiveError("The archive holds entries of a batch that it does not list.")


def _entries(loader: Loader, texts: dict[int, Row]) -> Iterator[tuple[int, PastEntry]]:
    lines = groupby(loader.rows(JOURNAL_LINES), key=itemgetter("entry_number"))
    for row in loader.rows(ENTRIES):
        number, of_entry = next(lines, (None, iter(())))
        drafts = [_line(line) for line in of_entry]
        if number != row["number"] or len(drafts) != row["line_count"]:
            raise ArchiveError(f"The archive does not hold the lines of entry {row['number']}.")
        entry = PastEntry(
            date=row["date"],
            lines=drafts,
            reverses_number=row["reverses_number"],
            words=_words(row, texts.pop(row["number"], None)),
        )
        yield row["batch_no"], entry
    if next(lines, None) is not None or texts:
        raise ArchiveError("The archive holds lines or texts of an entry that it does not list.")


def _words(entry: Row, about: Row | None) -> PastWords | None:
    """Return the words about the entry; where they were erased, their digest is all that is left."""
    digest = entry["text_digest"]
    if (digest is None) != (about is None):
        raise ArchiveError(
            f"The archive does not hold the words of entry {entry['number']} and their digest."
        )
    return None if about is None else PastWords(about["text"], about["salt"], digest)


def _line(row: Row) -> PastLine:
    return PastLine(
        account_id=row["account"],
        currency=row["currency"],
        amount=row["amount"],
        base_amount=row["base_amount"],
    )
