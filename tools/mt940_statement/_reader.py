"""The whole file: messages into statements, pages of one statement joined."""

import re
from decimal import Decimal

from tools._shared.currencies import CODES
from tools._shared.encodings import decode
from tools.contract import BOOKED, PENDING, Reading, Statement, StatementLine, StatementRefusedError
from tools.mt940_statement._details import Details, read_details, stated
from tools.mt940_statement._fields import Field, fields_of
from tools.mt940_statement._pages import Draft, joined_pages, note_missing_pages
from tools.mt940_statement._values import (
    Balance,
    DayCache,
    Movement,
    floor_currency,
    parse_balance,
    parse_movement,
    parse_summary,
)

_DETAILS_IN_A_WRONG_FIELD = re.compile(r"\s*\d{3}\?\d\d")
_ACCOUNT_CURRENCY = re.compile(r"(.*\d)\s?([A-Z]{3})")
_NUMBER = re.compile(r"\s*0*(\d{0,9})(?:/0*(\d{1,5}))?\s*")
_DAMAGED = "The file is cut off or damaged. Download it again from the bank."


def read(content: bytes) -> Reading:
    """Read every statement of the file.

    :raises StatementRefusedError: the file is a fragment, or states a movement or balance that cannot be read.
    """
    reader = _Reader()
    for part in fields_of(decode(content)):
        if part is None:
            reader.end_message()
        else:
            reader.take(part)
    reader.finish()
    drafts = joined_pages(reader.drafts)
    note_missing_pages(drafts)
    statements = tuple(map(_statement, drafts))
    has_lines = any(statement.lines for statement in statements)
    return Reading(
        format="mt942" if all(draft.is_interim for draft in reader.drafts) else "mt940",
        statements=statements,
        warnings=tuple(reader.warnings),
        notice=None if has_lines else "The file states balances but no movements for its period.",
    )


class _Reader:
    """Follows the fields of a file."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.warnings: list[str] = []
        self._draft: Draft | None = None
        self._movement: tuple[Movement, int] | None = None
        self._details: list[str] = []
        self._days = DayCache()

    def take(self, part: Field) -> None:
        """Take over what a field states.

        :raises StatementRefusedError: it cannot be read, or stands where it belongs to nothing.
        """
        tag = part.tag
        if tag == "61":
            self._end_movement()
            self._begin_movement(part)
        elif tag == "86" or tag.startswith("NS"):
            if self._movement is not None:
                self._details += part.lines
        elif tag in ("25", "25P"):
            self._account(part)
        else:
            self._end_movement()
            self._head_or_balance(part)

    def end_message(self) -> None:
        """Take note that a message ends here; what follows before the next field belongs to nothing."""
        self._end_movement()
        if self._draft is not None and (self._draft.closing is not None or self._draft.is_interim):
            self._finish_draft()

    def finish(self) -> None:
        """Finish the last statement.

        :raises StatementRefusedError: the file holds no statement.
        """
        self._end_movement()
        self._finish_draft()
        if not self.drafts:
            message = "The file has fields of an MT940 statement but holds no statement: it is a fragment. "
            raise StatementRefusedError(message + "Use the whole file as the bank gives it.")

    def _open(self, line: int) -> Draft:
        if self._draft is None:
            self._draft = Draft(line)
        return self._draft

    def _finish_draft(self) -> None:
        draft, self._draft = self._draft, None
        if draft is None or not draft.is_statement:
            return
        if draft.account is None:
            self.warnings.append(f"The statement that begins on line {draft.line} states no account (:25:).")
        if draft.opening is not None and draft.closing is None:
            self.warnings.append(
                f"The statement that begins on line {draft.line} ends without a closing balance (:62F:): the file may "
                "be cut off. Compare its last line with the bank."
            )
        self.drafts.append(draft)

    def _account(self, part: Field) -> None:
        if self._movement is not None and _DETAILS_IN_A_WRONG_FIELD.match(part.lines[0]):
            self._details += part.lines
            return
        self._end_movement()
        draft = self._draft
        if draft is not None and draft.account is not None:
            if draft.lines and draft.closing is None and not draft.is_interim:
                message = (
                    f"A second account (:25:) begins on line {part.line} before the statement that begins on line "
                    f"{draft.line} is closed. {_DAMAGED}"
                )
                raise StatementRefusedError(message)
            self._finish_draft()
        self._open(part.line).account = part.lines[0].strip() or None

    def _head_or_balance(self, part: Field) -> None:
        tag = part.tag
        if tag == "20":
            self._finish_draft()
            self._open(part.line)
        elif tag in ("28", "28C"):
            self._number(part)
        elif tag == "34F":
            draft = self._open(part.line)
            draft.is_interim = True
            draft.currency = draft.currency or floor_currency(part.text)
        elif tag in ("60F", "60M"):
            self._opening(part)
        elif tag in ("62F", "62M"):
            draft = self._open(part.line)
            draft.closing = self._balance(part)
            draft.is_last_page = tag == "62F"
            draft.currency = draft.currency or draft.closing.currency
        elif tag in ("90C", "90D") and self._draft is not None:
            self._summary(part, self._draft)

    def _number(self, part: Field) -> None:
        """Take over the number of the statement and that of its page; zero counts nothing."""
        stated_numbers = _NUMBER.fullmatch(part.text)
        if stated_numbers is None or self._draft is None:
            return
        self._draft.number = int(stated_numbers[1] or 0) or None
        page = int(stated_numbers[2] or 0)
        self._draft.pages = [page] if page else []

    def _opening(self, part: Field) -> None:
        draft = self._draft
        if draft is not None and draft.opening is not None:
            if draft.closing is None:
                message = (
                    f"A second opening balance stands on line {part.line} before the statement that begins on line "
                    f"{draft.line} is closed. {_DAMAGED}"
                )
                raise StatementRefusedError(message)
            account = draft.account
            self._finish_draft()
            self._open(part.line).account = account
        draft = self._open(part.line)
        if draft.lines:
            message = f"The opening balance on line {part.line} stands behind movements. {_DAMAGED}"
            raise StatementRefusedError(message)
        draft.opening = self._balance(part)
        draft.is_first_page = part.tag == "60F"
        draft.currency = draft.opening.currency

    def _balance(self, part: Field) -> Balance:
        try:
            return parse_balance(part.lines[0].strip())
        except ValueError:
            message = (
                f"Line {part.line} states “{part.lines[0].strip()[:60]}” as a balance (:{part.tag}:), which cannot be "
                "read. Ask the bank for a correct file."
            )
            raise StatementRefusedError(message) from None

    def _summary(self, part: Field, draft: Draft) -> None:
        try:
            draft.summaries[part.tag] = parse_summary(part.text)
        except ValueError:
            self.warnings.append(
                f"The totals on line {part.line} (:{part.tag}:) cannot be read and are not used."
            )

    def _begin_movement(self, part: Field) -> None:
        draft = self._draft
        if draft is None or (draft.account is None and draft.opening is None):
            message = f"The movement on line {part.line} belongs to no statement: the file is a fragment. "
            raise StatementRefusedError(message + "Use the whole file as the bank gives it.")
        if draft.closing is not None:
            message = f"The movement on line {part.line} stands behind the closing balance. {_DAMAGED}"
            raise StatementRefusedError(message)
        try:
            movement = parse_movement(part.lines, self._days)
        except ValueError as problem:
            message = (
                f"The movement on line {part.line} does not state {problem}. Ask the bank for a correct file."
            )
            raise StatementRefusedError(message) from None
        if movement.is_clamped:
            self.warnings.append(
                f"The movement on line {part.line} states {part.lines[0][:6]} as its date, a 30 February of banks that "
                f"count months of 30 days; {movement.day.isoformat()} is used."
            )
        self._movement = movement, part.line

    def _end_movement(self) -> None:
        """Make a line of the movement whose fields have all arrived."""
        if self._movement is None or self._draft is None:
            return
        movement, line = self._movement
        details = read_details(self._details) if self._details else _NONE
        self._movement, self._details = None, []
        reference = details.reference or stated(movement.customer_reference)
        self._draft.lines.append(
            StatementLine(
                date=movement.day,
                amount=movement.amount,
                currency=self._draft.currency,
                description=_describe(details, movement.supplement) or reference,
                place={"line": line},
                value_date=movement.day,
                counterparty=details.counterparty or None,
                reference=reference or None,
                bank_id=stated(movement.bank_reference) or None,
                status=PENDING if movement.is_expected else BOOKED,
                booking_date=movement.entry_date,
            )
        )


_NONE = Details("", "", "", "")


def _describe(details: Details, supplement: str) -> str:
    """Name, purpose, kind of posting and supplement, without saying the same twice."""
    words = details.counterparty
    for text in (details.purpose, details.kind, supplement):
        if text.startswith(words):
            words = text
        elif text and text not in words:
            words = f"{words} {text}"
    return words


def _statement(draft: Draft) -> Statement:
    counts, total = _totals(draft)
    currency = draft.currency
    if not currency and draft.summaries:
        currency = next(iter(draft.summaries.values()))[1]
    bank, account = _account_of(draft.account, currency)
    return Statement(
        account=account,
        bank=bank,
        currency=currency,
        lines=tuple(
            line if line.currency == currency else line._replace(currency=currency) for line in draft.lines
        ),
        opening_balance=draft.opening.amount if draft.opening else None,
        closing_balance=draft.closing.amount if draft.closing else None,
        stated_count=None if draft.missing_pages else counts,
        stated_total=None if draft.missing_pages else total,
        number=draft.number,
        missing_pages=draft.missing_pages,
    )


def _totals(draft: Draft) -> tuple[int | None, Decimal | None]:
    """What :90D: and :90C: state about the booked lines; expected ones may be in them, then they state nothing."""
    if set(draft.summaries) != {"90C", "90D"} or any(line.status == PENDING for line in draft.lines):
        return None, None
    credit, debit = draft.summaries["90C"], draft.summaries["90D"]
    return credit[0] + debit[0], credit[2] - debit[2]


def _account_of(text: str | None, currency: str) -> tuple[str | None, str | None]:
    """Split ``bank/account``, and take off a currency behind the account."""
    if text is None:
        return None, None
    bank, slash, account = text.partition("/")
    if not slash:
        bank, account = "", text
    behind = _ACCOUNT_CURRENCY.fullmatch(account)
    if behind is not None and behind[2] in CODES and behind[2] == currency:
        account = behind[1]
    return bank.strip() or None, account.strip() or None
