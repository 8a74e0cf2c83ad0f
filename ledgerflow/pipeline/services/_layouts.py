"""Which remembered layout a file is read by, and what to say when one stops fitting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ledgerflow.documents.selectors import content
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services._accounts import parts_of, whose
from ledgerflow.statements.layout_selectors import layouts
from ledgerflow.statements.models import BankAccount, TableLayout
from ledgerflow.statements.proof import Outcome, prove
from ledgerflow.statements.reading import FileReading, describe_file, read_file
from ledgerflow.statements.services import note_proofs
from ledgerflow.toolbox.layouts import layout_as_json, layout_of_json
from ledgerflow.toolbox.selectors import enabled_readers
from ledgerflow.toolbox.values import Layout, Reading

_FIRST = {"DMY": "day", "MDY": "month", "YMD": "year"}


@dataclass(frozen=True, slots=True)
class ReadByLayouts:
    """A file's reading, and the layouts chosen for it and remembered for its bank accounts, used or not."""

    reading: FileReading
    given: tuple[Layout, ...] = ()
    remembered: tuple[TableLayout, ...] = ()

    @property
    def used(self) -> list[dict[str, Any]]:
        """The layouts by which tables of the file were read, as JSON; what was chosen goes first."""
        known = {each.fingerprint: each.layout for each in reversed(self.remembered)}
        known |= {each.fingerprint: layout_as_json(each) for each in reversed(self.given)}
        read = dict.fromkeys((*self.reading.layouts, *self.reading.orders_said))
        return [known[name] for name in read if name in known]


def chosen(run: ImportRun) -> list[Layout]:
    """Return the layouts that a person chose for this file."""
    return [layout_of_json(each) for each in run.layouts]


def read_by_layouts(
    *, run: ImportRun, password: str | None = None, forgotten: str | None = None
) -> ReadByLayouts:
    """Read the file by what was chosen for it, else by what is remembered for its bank account, else by its rows.

    Whose file it is shows when it is read, so it may be read twice: a layout that is remembered for another bank
    account of the book is never used, nor one of the fingerprint ``forgotten``.
    """
    original = content(run.document)
    given, readers = tuple(chosen(run)), enabled_readers()

    def read(remembered: Iterable[TableLayout]) -> FileReading:
        known = [*given, *(layout_of_json(each.layout) for each in remembered)]
        return read_file(
            content=original, name=run.document.name, readers=readers, password=password, layouts=known
        )

    tried = [each for each in layouts(book=run.book) if each.fingerprint != forgotten]
    reading = read(tried)
    if not tried:
        return ReadByLayouts(reading, given)
    may_be_read = reading.takes_layouts or _may_be_refused_by(tried, reading)
    plain = reading if reading.status == "read" or not may_be_read else read(())
    if not reading.takes_layouts and not plain.takes_layouts:
        return ReadByLayouts(reading, given)
    owners = owners_of(run, plain)
    own = [each for each in tried if each.bank_account in owners]
    if len(own) < len(tried):
        reading = read(own) if own else plain if plain is not reading else read(())
    if reading.status == "refused" and reading.asks is None:
        reading = _said_why(reading, original, own)
    return ReadByLayouts(reading, given, tuple(own))


def _may_be_refused_by(tried: Iterable[TableLayout], reading: FileReading) -> bool:
    """Whether an order of dates, which may have been said of another bank account's files, may be why it is refused."""
    is_refused = reading.status == "refused" and reading.is_claimed
    return is_refused and any(not each.layout["roles"] for each in tried)


def forget_said_orders(run: ImportRun, fingerprints: Iterable[str] | None = None) -> bool:
    """Take from what was chosen for the file the orders of dates alone, all or those of the layouts; is any gone?"""
    names = None if fingerprints is None else {*fingerprints}
    kept = [
        each
        for each in run.layouts
        if each["roles"] or (names is not None and each["fingerprint"] not in names)
    ]
    is_any = len(kept) < len(run.layouts)
    if is_any:
        run.layouts = kept
        run.save(update_fields=["layouts"])
    return is_any


def owners_of(run: ImportRun, reading: FileReading) -> list[BankAccount]:
    """Return the bank accounts of the statements: the ones that they say, else the one that the file was given as."""
    found = [account or run.bank_account for account in whose(run, parts_of(reading))]
    return list(dict.fromkeys(account for account in found or [run.bank_account] if account is not None))


def _said_why(reading: FileReading, original: bytes, own: Sequence[TableLayout]) -> FileReading:
    """Put whose saved columns they are before the sentence of a refusal by them."""
    described = describe_file(content=original, name=reading.name, readers=enabled_readers()) if own else None
    shown = {table.layout.fingerprint for table in described.tables} if described else set()
    used = next((each for each in own if each.fingerprint in shown and each.layout["roles"]), None)
    if used is None:
        return reading
    return replace(
        reading,
        error=f"The columns saved for {used.bank_account} do not fit this file any more. {reading.error} "
        "Its columns can be chosen anew.",
    )


def layout_warnings(*, read: ReadByLayouts) -> list[str]:
    """Return what a person should see: saved columns that no longer fit or prove it, an order that was said elsewhere.

    Keeps by which layouts the file proved.
    """
    reading = read.reading
    shown = set(reading.layouts)
    columns = [each for each in read.remembered if each.layout["roles"]]
    used = [each for each in columns if each.fingerprint in shown]
    chosen_now = {layout.fingerprint for layout in read.given}
    known = {each.fingerprint: each for each in reversed(read.remembered)}
    said = [
        f"Its dates were read with the {_FIRST[known[name].layout['day_order']]} first, as somebody said of such files "
        f"of {known[name].bank_account}."
        for name in reading.orders_said
        if name in known and name not in chosen_now
    ]
    if columns and shown and not used and not shown & chosen_now:
        last = columns[0]
        titles = ", ".join(filter(None, last.titles)) or f"{len(last.layout['roles'])} columns"
        said.append(
            f"The columns of this file are not those saved for {last.bank_account} ({titles[:200]}), so it was read "
            "without them. Look at its columns."
        )
    is_proven = is_proven_by_file(reading)
    fallen = note_proofs(proven={each: is_proven for each in used if each.fingerprint not in chosen_now})
    said += [
        f"Files read by the columns saved for {each.bank_account} proved before, and this one does not. "
        "Look at its columns."
        for each in fallen
    ]
    return said


def is_proven_by_file(reading: FileReading | Reading) -> bool:
    """Whether every statement of the file proves."""
    return all(prove(statement).outcome is Outcome.PROVEN for statement in reading.statements)
