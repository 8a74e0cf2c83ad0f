"""What the child process does with damaged files: read each, and say which amounts stand nowhere in it."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

import pypdfium2

from ledgerflow.toolbox import wire
from ledgerflow.toolbox.loader import describe_package, load, package_names
from tools.contract import Reading, StatementRefusedError
from tools.xlsx_statement import _reading as workbooks

_BETWEEN = r"[^\d\r\n]{0,3}"


def warm_up() -> None:
    """Import every reader before the first file."""
    for name in package_names():
        describe_package(name)


def read(content: bytes, request: Mapping[str, object]) -> Iterator[bytes]:
    """Yield a line of JSON for each of the files that ``sizes`` cuts the content into."""
    reader, sizes = str(request["reader"]), request["sizes"]
    assert isinstance(sizes, list)
    files = io.BytesIO(content)
    for size in sizes:
        yield json.dumps(_became(files.read(size), reader)).encode("ascii") + b"\n"


def _became(content: bytes, reader: str) -> dict[str, object]:
    load(f"tools.{reader}.claims")(content, "damaged")
    try:
        reading = load(f"tools.{reader}.read_statement")(content, "damaged")
    except StatementRefusedError as refusal:
        said = str(refusal)
        return {"outcome": "refused", "nowhere": [], "is_sentence": bool(said) and said[-1] in ".)?"}
    b"".join(wire.encode(reading))
    assert isinstance(reading, Reading)
    return {
        "outcome": "read" if any(each.lines for each in reading.statements) else "empty",
        "nowhere": nowhere(reading, _text(content, reader)),
        "is_sentence": True,
    }


def nowhere(reading: Reading, text: str) -> list[str]:
    """Return the amounts of lines whose digits do not stand in the text in order.

    They do where the digits of the amount, leading zeros and those after its last decimal aside, follow each other with
    at most three other characters between two of them (marks, spaces; never a line break), and no digit stands right
    before or after.
    """
    amounts = {line.amount for statement in reading.statements for line in statement.lines}
    return [f"{amount:f}" for amount in amounts if not re.search(pattern(amount), text)]


def pattern(amount: Decimal) -> str:
    """Return what finds the digits of the amount in a text."""
    whole, _, decimals = f"{abs(amount):f}".partition(".")
    digits = [*whole.lstrip("0"), *decimals.rstrip("0")]
    if not digits:
        return r"(?<!\d)0"
    return rf"(?<!\d)(?:0+{_BETWEEN})?" + _BETWEEN.join(digits) + rf"(?:{_BETWEEN}0+)?(?!\d)"


def _text(content: bytes, reader: str) -> str:
    if reader == "pdf_statement":
        document = pypdfium2.PdfDocument(content)
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    if reader == "xlsx_statement":
        sheets = workbooks.open_workbook(content).sheets
        return "\n".join(
            cell.text for sheet in sheets for row in sheet.cells.values() for cell in row.values()
        )
    return content.replace(b"\0", b"").decode("iso-8859-1")
