"""One way out for every report: JSON, CSV, XLSX and PDF, written to a file on disk row by row."""

import io
import tempfile
from typing import BinaryIO

from django.http import FileResponse

from ledgerflow.reports.exporters.pdf import write_pdf
from ledgerflow.reports.exporters.text import write_csv, write_json
from ledgerflow.reports.exporters.xlsx import write_xlsx
from ledgerflow.reports.table import Table

#: Each form with the type that browsers know it by.
FORMS = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def write(table: Table, form: str, out: BinaryIO) -> None:
    """Write the table in one of ``FORMS``.

    Raises:
        LedgerFlowError: the form does not hold so many rows.
    """
    if form in {"json", "csv"}:
        text = io.TextIOWrapper(out, encoding="utf-8", newline="")
        (write_json if form == "json" else write_csv)(table, text)
        text.flush()
        text.detach()
    else:
        (write_xlsx if form == "xlsx" else write_pdf)(table, out)


def respond(table: Table, form: str) -> FileResponse:
    """Return the download in one of ``FORMS``.

    The rows are read here, while the book's transaction is open; the file goes out from the disk afterwards.

    Raises:
        LedgerFlowError: the form does not hold so many rows.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write(table, form, file)
    file.seek(0)
    name = f"{table.name}.{form}"
    return FileResponse(file, as_attachment=form != "json", filename=name, content_type=FORMS[form])
