"""What a PDF states, and whether it may be believed: a table found by position needs a proof."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from tools._shared.balances import follow
from tools._shared.orders import asking_for, fingerprint_of, order_said
from tools._shared.pictures import PictureRefusedError, as_document, is_picture
from tools._shared.recognition import is_installed
from tools._shared.vocabulary import Role
from tools._shared.years import Years
from tools.contract import Layout, OpenOrderError, Reading, ScannedError, Statement, StatementRefusedError
from tools.pdf_statement._document import Page, read_pages
from tools.pdf_statement._lines import Line, lines_of
from tools.pdf_statement._page_numbers import lacking
from tools.pdf_statement._parts import Part, PartBuilder
from tools.pdf_statement._rows import date_at
from tools.pdf_statement._scans import LONGEST_SIDE, recognize_pages
from tools.pdf_statement._tables import (
    FORMAT,
    Given,
    Sheet,
    balance_signs,
    fill_years,
    lay_out,
    read_sheet,
    title_signs,
)
from tools.pdf_statement._years import years_of

_START = b"%PDF-"
_HEAD = 1024
_LEAST_BALANCES = 2
#: Of a picture, in pixels: a smaller one shows no page that could be read.
_LEAST_SIDE = 500
_RECOGNIZED = (
    "It was scanned or photographed and its text recognized. Sums prove the amounts; look at days and texts."
)
_ELSEWHERE = "Ask the bank for the same statement as CSV, OFX or CAMT."


@dataclass(frozen=True, slots=True)
class _Judged:
    statement: Statement
    is_proven: bool
    is_whole: bool
    has_doubts: bool
    objection: str | None
    warnings: tuple[str, ...]
    is_said: bool = False


def claims(content: bytes, name: str) -> bool:  # noqa: ARG001 - content decides, never the name
    """Say whether the bytes are a PDF, or a picture that may be one of a page."""
    return _START in content[:_HEAD] or is_picture(content)


def read_statement(
    content: bytes,
    name: str,
    password: str | None = None,
    *,
    recognize: bool = False,
    layouts: Sequence[Layout] = (),
) -> Reading:
    """Return the statement of every account in the document.

    With ``recognize`` the text of a scanned document is recognized; what is not proved then is refused. ``layouts`` are
    what people said, of which only the order of dates matters here.

    Raises:
        OpenOrderError: A person has to say whether the day or the month comes first.
        ScannedError: The document is scanned and could be recognized here.
        StatementRefusedError: The document is damaged, protected or scanned, holds no table of movements, or what was
            read is neither proved by balances or totals nor beyond doubt.
    """
    if is_picture(content):
        content, password = _page_of(content), None
    pages = read_pages(content, password)
    is_scanned = _is_scanned(pages)
    if is_scanned:
        _refuse_pictures(is_protected=password is not None, recognize=recognize)
        pages = recognize_pages(content)
    lines = [lines_of(page.words) for page in pages]
    short_years = _has_short_years([line for page in lines for line in page])
    missing, given = lacking(lines), Given(name, order_said(layouts, FORMAT))
    refusal: StatementRefusedError | None = None
    for by_account in (False, True):
        builder = PartBuilder(short_years=short_years, by_account=by_account)
        for page in lines:
            builder.take_page(page)
        parts = [part for part in builder.parts if part.rows]
        try:
            with asking_for(FORMAT):
                reading = _read_parts(parts, lines, given, missing, must_prove=is_scanned)
            return _checked_scan(reading) if is_scanned else reading
        except StatementRefusedError as error:
            refusal = refusal or error
    if missing and not isinstance(refusal, OpenOrderError):
        raise StatementRefusedError(f"{missing.capitalize()} in the PDF. {refusal or _ELSEWHERE}")
    raise refusal or StatementRefusedError(_ELSEWHERE)


def _page_of(picture: bytes) -> bytes:
    """Return a picture as the page that it shows."""
    try:
        return as_document(picture, longest_side=LONGEST_SIDE, least_side=_LEAST_SIDE)
    except PictureRefusedError as refusal:
        raise StatementRefusedError(str(refusal)) from None


def _is_scanned(pages: Sequence[Page]) -> bool:
    """Whether the pages are pictures; blank ones are refused."""
    if any(page.words for page in pages):
        return False
    if any(page.has_pictures for page in pages):
        return True
    raise StatementRefusedError("The pages of the PDF are blank. Download it again from the bank.")


def _refuse_pictures(*, is_protected: bool, recognize: bool) -> None:
    """Go on only where the pictures of pages can be read, and are meant to be."""
    scanned = "The file holds pictures of pages and no text: it was scanned or photographed."
    if not is_installed():
        raise StatementRefusedError(
            f"{scanned} Reading pictures needs the [ocr] extra, which is not installed: pip install 'ledgerflow[ocr]'. "
            f"{_ELSEWHERE}"
        )
    if is_protected:
        raise StatementRefusedError(f"{scanned} Take its password off, then give it again. {_ELSEWHERE}")
    if not recognize:
        raise ScannedError(f"{scanned} It takes longer to recognize its text.")


def _checked_scan(reading: Reading) -> Reading:
    """Return what was recognized with a warning, where its days are in order: sums do not prove them."""
    for statement in reading.statements:
        days = [line.date for line in statement.lines]
        if days not in (sorted(days), sorted(days, reverse=True)):
            raise StatementRefusedError(
                f"It was scanned or photographed, and its days are not in order, so one may be misread. {_ELSEWHERE}"
            )
    return replace(reading, warnings=(*reading.warnings, _RECOGNIZED))


def _has_short_years(lines: Sequence[Line]) -> bool:
    """Whether two digits behind a month's name are a year: they are when they follow nearly every day alike."""
    years: dict[str, int] = {}
    without = 0
    for line in lines:
        long = date_at(line.words, 0, short_years=True)
        short = date_at(line.words, 0, short_years=False)
        if short is not None and not short.has_year:
            if long is not None and long.has_year:
                year = long.text[-2:]
                years[year] = years.get(year, 0) + 1
            else:
                without += 1
    return bool(years) and without == 0 and len(years) <= 2


def _read_parts(
    parts: Sequence[Part],
    lines: Sequence[Sequence[Line]],
    given: Given,
    missing: str | None,
    *,
    must_prove: bool,
) -> Reading:
    if not parts:
        raise StatementRefusedError(
            f"The PDF holds no table of transactions with days and amounts. {_ELSEWHERE}"
        )
    in_rows = {id(row.line) for part in parts for row in part.rows}
    years = years_of([line for page in lines for line in page if id(line) not in in_rows], given.name)
    judged = [found for part in parts if (found := _read_part(part, years, given))]
    if not judged:
        raise StatementRefusedError(
            f"The PDF holds no table of transactions with days and amounts. {_ELSEWHERE}"
        )
    for each in judged:
        if each.objection:
            raise StatementRefusedError(each.objection)
        if must_prove and (not each.is_proven or each.has_doubts):
            raise StatementRefusedError(
                f"It was scanned or photographed, and what was recognized in it is not proved in full. {_ELSEWHERE}"
            )
    warnings = [warning for each in judged for warning in each.warnings]
    if missing and all(each.is_whole for each in judged):
        warnings.append(
            f"{missing.capitalize()} in the PDF; the balances show that it holds no transactions."
        )
    statements = tuple(
        each.statement if each.is_whole else replace(each.statement, missing_pages=missing) for each in judged
    )
    dated_as = (fingerprint_of(FORMAT),)
    return Reading(
        FORMAT,
        statements,
        tuple(dict.fromkeys(warnings)),
        layouts=dated_as,
        orders_said=dated_as if any(each.is_said for each in judged) else (),
    )


def _read_part(part: Part, years: Years, given: Given) -> _Judged | None:
    """Return the first way to read an account's tables that its balances or totals prove, else the first."""
    best: _Judged | None = None
    refusal: StatementRefusedError | None = None
    for sheet in lay_out(part):
        if not sheet.entries:
            continue
        try:
            fill_years(sheet, years, given.order_said, part.texts)
        except StatementRefusedError as error:
            refusal = refusal or error
            continue
        for signs in _ways(sheet, part):
            try:
                reading = read_sheet(sheet, part, given, signs)
                judged = replace(
                    _judge(reading, sheet, part, has_signs=signs is not None),
                    is_said=sheet.is_said or bool(reading.orders_said),
                )
            except StatementRefusedError as error:
                refusal = refusal or error
                continue
            if judged.is_proven:
                return judged
            best = best or judged
    if best is None and refusal is not None:
        raise refusal
    return best


def _ways(sheet: Sheet, part: Part) -> list[list[int] | None]:
    """Return the directions to try: those of the titles, those that the file prints, those of the running balance."""
    titles = title_signs(sheet)
    running = balance_signs(sheet, part.openings[-1] if part.openings else None)
    return [*([titles] if titles else []), None, *([running] if running else [])]


def _only(reading: Reading, *, has_signs: bool) -> Statement:
    if len(reading.statements) != 1:
        raise StatementRefusedError(f"The table in the PDF mixes currencies or accounts. {_ELSEWHERE}")
    statement = reading.statements[0]
    if has_signs and all(line.balance is None for line in statement.lines):
        # Sections come one after the other; lines are returned oldest first.
        return replace(statement, lines=tuple(sorted(statement.lines, key=lambda line: line.date)))
    return statement


def _judge(reading: Reading, sheet: Sheet, part: Part, *, has_signs: bool) -> _Judged:
    statement = _only(reading, has_signs=has_signs)
    statement, ends = _with_ends(statement, part)
    running = _running(statement, part)
    totals = _totals(statement, sheet, part)
    is_complete = len(statement.lines) == len(sheet.entries)
    is_proven = is_complete and ends is not False and (ends or running or totals) is True
    is_whole = is_complete and ends is True and bool(part.closings or part.sums)
    warnings = [*reading.warnings, *sheet.warnings]
    if is_proven:
        contradicted = [
            sentence
            for agrees, sentence in (
                (running, "Some running balances printed do not follow from the transactions."),
                (totals, "A total printed does not agree with the transactions."),
            )
            if agrees is False
        ]
        return _Judged(statement, True, is_whole, _has_doubts(sheet), None, (*warnings, *contradicted))
    problems = list(sheet.problems)
    if ends is False:
        problems.append("opening balance and transactions do not add up to the closing balance")
    if running is False:
        problems.append("running balances do not follow from the transactions")
    if ends is None and part.openings and part.sums:
        problems.append("opening balance and transactions add up to no balance or total that it prints")
    if totals is False:
        problems.append("a printed total differs from its transactions")
    if not is_complete:
        problems.append(
            f"{len(sheet.entries)} rows were found, but only {len(statement.lines)} are transactions"
        )
    if not problems and not _is_certain(sheet, has_signs=has_signs):
        problems.append("nothing printed proves it, and its table names no columns")
    if problems:
        return _Judged(
            statement,
            False,
            False,
            True,
            f"The PDF cannot be read for certain: {'; '.join(problems[:2])}. {_ELSEWHERE}",
            (),
        )
    return _Judged(statement, False, False, _has_doubts(sheet), None, tuple(warnings))


def _has_doubts(sheet: Sheet) -> bool:
    """Whether something beside the amounts may be missing, such as a day that another row has."""
    return bool(sheet.problems) or len({len(entry.dates) for entry in sheet.entries}) > 1


def _is_certain(sheet: Sheet, *, has_signs: bool) -> bool:
    """Whether the header names every column and the file prints the direction of every amount."""
    if not sheet.has_header or any(sheet.roles[name] is None for name in sheet.names):
        return False
    roles = [sheet.roles[name] for name in sheet.names]
    return has_signs or {Role.OUT, Role.IN} <= set(roles) or roles.count(Role.AMOUNT) == 1


def _with_ends(statement: Statement, part: Part) -> tuple[Statement, bool | None]:
    """Return the statement with its printed balances from the owner's side, and whether they agree with the lines."""
    first, last = statement.lines[0], statement.lines[-1]
    if _running(statement, part) and last.balance is not None:
        opening = part.openings[-1] if first.balance is None else first.balance - first.amount
        closing = last.balance
        agrees = [
            abs(found) in map(abs, printed)
            for found, printed in ((opening, part.openings), (closing, part.closings))
            if printed
        ]
        found = replace(statement, opening_balance=opening, closing_balance=closing)
        return found, all(agrees) if agrees else None
    booked = sum((line.amount for line in statement.lines if line.status == "booked"), Decimal())
    openings, closings = part.openings[::-1], part.closings[::-1]
    for start, end, sign in product(openings, [*closings, *part.sums], (1, -1)):
        if sign * start + booked == sign * end:
            return replace(statement, opening_balance=sign * start, closing_balance=sign * end), True
    ends = replace(
        statement,
        opening_balance=openings[0] if openings else None,
        closing_balance=closings[0] if closings else None,
    )
    return ends, False if openings and closings else None


def _running(statement: Statement, part: Part) -> bool | None:
    """Return whether the running balances lead from the first line, or the opening balance before it, to the last."""
    amounts = [line.amount for line in statement.lines]
    balances = [line.balance for line in statement.lines]
    if sum(balance is not None for balance in balances) < _LEAST_BALANCES:
        return None
    if balances[0] is None and part.openings:
        amounts, balances = [Decimal(), *amounts], [part.openings[-1], *balances]
    if balances[0] is None or balances[-1] is None:
        return None
    chain = follow(amounts, balances, newest_first=False)
    return chain.works and chain.kind == "after"


def _totals(statement: Statement, sheet: Sheet, part: Part) -> bool | None:
    """Return whether the printed totals agree and cover every row."""
    if not sheet.totals or len(statement.lines) != len(sheet.entries):
        return None
    by_place = {id(line.place): line.amount for line in statement.lines}
    covered = 0
    for total, rows in sheet.totals:
        moved = sum((by_place.get(id(sheet.entries[at].place), Decimal()) for at in rows), Decimal())
        if abs(moved) != abs(total):
            return False
        covered += len(rows)
    if not {*part.unplaced} <= {abs(total) for total, _ in sheet.totals}:
        return False
    return True if covered == len(sheet.entries) else None
