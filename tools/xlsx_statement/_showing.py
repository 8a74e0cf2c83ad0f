"""A row of a sheet as it is shown, with what stands around it."""

from tools._shared.tables import is_header
from tools.contract import Excerpt, Place
from tools.xlsx_statement._reading import open_workbook
from tools.xlsx_statement._sheets import Cell, columns_used

_AROUND = 3
_MOST_COLUMNS = 60


def show(content: bytes, place: Place) -> Excerpt | None:
    """Return the row with three above and below and the table's header; ``None`` where the workbook has no such row.

    Raises:
        StatementRefusedError: The file is no workbook that can be read.
    """
    number = place.get("row")
    sheet = next((each for each in open_workbook(content).sheets if each.name == place.get("sheet")), None)
    if sheet is None or not isinstance(number, int) or number not in sheet.cells:
        return None
    numbers = [each for each in sorted(sheet.cells) if abs(each - number) <= _AROUND]
    headers = [each for each in sheet.cells if each < numbers[0] and _is_header(sheet.cells[each])]
    if headers:
        numbers.insert(0, max(headers))
    columns = columns_used(sheet.cells[each] for each in numbers)[:_MOST_COLUMNS]
    rows = (
        tuple(sheet.cells[each][column].text if column in sheet.cells[each] else "" for column in columns)
        for each in numbers
    )
    return Excerpt(tuple(numbers), tuple(rows), (number,))


def _is_header(row: dict[int, Cell]) -> bool:
    return is_header([cell.text for cell in row.values()])
