"""Whose each statement of a file is: as a person said, as the file says, or as whoever gave it said beforehand."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerflow.books.models import Book
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.statements.models import BankAccount, Statement
from ledgerflow.statements.reading import FileReading
from ledgerflow.statements.services import (
    BankAccountRefusedError,
    create_bank_account,
    match_bank_account,
    may_be_number_of,
    remember_file_name,
    remember_number,
    stated_currency,
)
from ledgerflow.toolbox import values

#: In an answer: each statement of the file that states no number in the currency.
ANY_POSITION = -1


@dataclass(frozen=True, slots=True)
class Part:
    """A statement of a file, as its account is asked for.

    ``number`` and ``currency`` (ISO 4217) are empty where the file states none. ``alike`` counts the other statements
    of the file that state no number in this currency, and ``name`` tells the part from those: by its ``sheet``, else by
    its place among them and their count, so that a file with another count of them is asked about.
    """

    position: int
    number: str
    currency: str
    name: str
    sheet: str
    alike: int
    statement: values.Statement


def answer_for(position: int, number: str, currency: str, account_id: int) -> dict[str, Any]:
    """Return that a statement is an account's, as it is kept on the run."""
    return {"position": position, "number": number, "currency": currency, "account": account_id}


def account_for_answer(
    *, book: Book, bank_account: BankAccount | None, name: str, kind: str, currency: str, stated: str
) -> BankAccount:
    """Return the bank account that a person chose, or a new one, for a statement that states the currency.

    :raises BankAccountRefusedError: it is in another currency than ``stated``, or cannot be created.
    """
    chosen = bank_account.currency if bank_account else currency.strip().upper()
    if stated not in ("", chosen):
        raise BankAccountRefusedError(
            f"The file states {stated}, so its account is kept in {stated}, not {chosen}."
        )
    return bank_account or create_bank_account(book=book, name=name, kind=kind, currency=currency)


def answers_of(statements: Iterable[Statement]) -> list[dict[str, Any]]:
    """Return whose the imported statements are, as answers."""
    return [
        answer_for(each.position, each.account_number, each.currency, each.bank_account_id)
        for each in statements
    ]


def parts_of(reading: FileReading) -> list[Part]:
    """Return the statements of the file."""
    said = [(each.account or "", stated_currency(each)) for each in reading.statements]
    counts = Counter(each for each in said if not each[0])
    sheets = [_sheet(each) for each in reading.statements]
    on_sheet = Counter(zip(said, sheets, strict=True))
    before: Counter[tuple[str, str]] = Counter()
    parts = []
    for position, (statement, each, sheet) in enumerate(zip(reading.statements, said, sheets, strict=True)):
        number, currency = each
        before[each] += 1
        name = ""
        if counts[each] > 1:
            is_alone = sheet and on_sheet[each, sheet] == 1
            name = sheet if is_alone else f"{sheet} {before[each]} of {counts[each]}".strip()
        parts.append(Part(position, number, currency, name, sheet, max(counts[each] - 1, 0), statement))
    return parts


def _sheet(statement: values.Statement) -> str:
    return str(statement.lines[0].place.get("sheet", "")) if statement.lines else ""


def whose(run: ImportRun, parts: Sequence[Part]) -> list[BankAccount | None]:
    """Return the bank account of each part, ``None`` where a person has to be asked.

    What a person said of a part comes first. The account that was given with the file stands for what the file itself
    leaves open, where its currency and numbers allow that; of two numbers that nobody knows it can only be one, so it
    is neither.
    """
    said = _said(run)
    found = [_answered(part, said, run) or _matched(part, run) for part in parts]
    unknown = {part.number for part, account in zip(parts, found, strict=True) if account is None}
    given = run.bank_account
    if given is None or len(unknown - {""}) > 1:
        return found
    return [
        account
        or (
            given
            if may_be_number_of(bank_account=given, number=part.number, currency=part.currency)
            else None
        )
        for part, account in zip(parts, found, strict=True)
    ]


def _said(run: ImportRun) -> dict[int, BankAccount]:
    ids = {each["account"] for each in run.answers}
    return BankAccount.objects.filter(book=run.book_id).in_bulk(ids) if ids else {}


def _answered(part: Part, said: dict[int, BankAccount], run: ImportRun) -> BankAccount | None:
    """A number's answer is that of each part with it; of parts without number each has its own."""
    for each in run.answers:
        account = said.get(each["account"])
        if account is None or each["number"] != part.number or part.currency not in ("", account.currency):
            continue
        if part.number or each["position"] == part.position:
            return account
        if each["position"] == ANY_POSITION and each["currency"] == part.currency:
            return account
    return None


def _matched(part: Part, run: ImportRun) -> BankAccount | None:
    return match_bank_account(
        book=run.book, statement=part.statement, file_name=run.document.name, part=part.name
    )


def remember_answers(run: ImportRun, parts: Sequence[Part], accounts: Sequence[BankAccount]) -> None:
    """Remember what the parts' files are called, where somebody said whose they are."""
    said = _said(run)
    for part, account in zip(parts, accounts, strict=True):
        if _answered(part, said, run) == account:
            if part.number:
                remember_number(bank_account=account, number=part.number)
            else:
                remember_file_name(
                    bank_account=account, file_name=run.document.name, part=part.name, currency=part.currency
                )
        elif account == run.bank_account and part.number and _matched(part, run) is None:
            remember_number(bank_account=account, number=part.number)
