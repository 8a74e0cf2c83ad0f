"""The whole file: text, structure and transactions together."""

from tools.contract import Reading, StatementRefusedError
from tools.ofx_statement._signs import with_signs
from tools.ofx_statement._structure import PlainTagsNeededError, StructureReader
from tools.ofx_statement._text import decode, simplify, with_plain_tags
from tools.ofx_statement._transactions import OPENING, TransactionReader, with_marked_pending


def read(content: bytes) -> Reading:
    """Read every statement of an OFX file.

    :raises StatementRefusedError: the file is cut off, damaged, or states a date or amount that cannot be
    read.
    """
    text = simplify(decode(content))
    del content
    try:
        return _read_text(text)
    except PlainTagsNeededError:
        text = with_plain_tags(text)
    try:
        return _read_text(text)
    except PlainTagsNeededError:
        message = (
            "The transactions of the file are written in a way that cannot be read. Ask the bank for "
            "another format."
        )
        raise StatementRefusedError(message) from None


def _read_text(text: str) -> Reading:
    text = with_marked_pending(text)
    transactions = TransactionReader(text)
    structure = StructureReader(transactions)
    position, line = 0, 1
    while (start := text.find(OPENING, position)) >= 0:
        structure.feed(text[position:start], line)
        line += text.count("\n", position, start)
        lines, position, behind = transactions.read_run(start, line, structure.currency)
        structure.add_lines(lines, line)
        line = behind
    structure.feed(text[position:], line)
    structure.finish()
    statements, said = with_signs(structure.statements, transactions.unsigned_debits, text)
    return Reading(
        format="ofx",
        statements=tuple(statements),
        warnings=(*_warnings(structure, transactions), *said),
        notice=_notice(structure),
    )


def _warnings(structure: StructureReader, transactions: TransactionReader) -> list[str]:
    warnings = [*structure.warnings, *transactions.warnings]
    if transactions.no_value_dates:
        count, first = len(transactions.no_value_dates), transactions.no_value_dates[0]
        warnings.append(
            f"The value dates of {count} lines (the first on line {first}) are no days; they are left out."
        )
    if structure.answers and any(statement.lines for statement in structure.statements):
        warnings.append(f"The bank also reports: {'; '.join(structure.answers)}.")
    return warnings


def _notice(structure: StructureReader) -> str | None:
    """Say why there are no lines, where there are none."""
    if any(statement.lines for statement in structure.statements):
        return None
    if structure.answers:
        return f"The bank answered with a message and no transactions: {'; '.join(structure.answers)}."
    if not structure.statements:
        return "The file is OFX but holds no statement; download the transactions of the account instead."
    return "The file states the account but no bank or card transactions for its period."
