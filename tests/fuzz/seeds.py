"""Sound files to damage: the readers' own samples and generators, and a corpus that is there. None is copied."""

import os
from collections.abc import Iterator
from pathlib import Path

import tools
from tools.pdf_statement.tests.layouts import LAYOUTS
from tools.xlsx_statement.tests.books import ods, one, xml2003
from tools.xlsx_statement.tests.test_pages import PAGES
from tools.xlsx_statement.tests.test_workbooks import HEADER, ROWS, TRUTH

READERS = ("camt", "csv", "mt940", "ofx", "pdf", "qif", "xlsx")
_LARGEST = 200_000


def seeds(reader: str) -> list[bytes]:
    """Return the files that the reader's mutations begin with."""
    return [content for content in (*_own(reader), *_of_corpus(reader)) if len(content) <= _LARGEST]


def _own(reader: str) -> Iterator[bytes]:
    folder = Path(tools.__path__[0]) / f"{reader}_statement" / "tests" / "samples"
    for path in sorted(folder.glob("*")):
        if not path.name.endswith(".expected.json"):
            yield path.read_bytes()
    if reader == "pdf":
        yield from (layout()[0] for layout in LAYOUTS.values())
    elif reader == "xlsx":
        plain = [HEADER, *[((day.isoformat(), None), "x", float(amount), 1) for day, amount in TRUTH]]
        yield from (one([HEADER, *ROWS]), ods(plain), xml2003(plain))
        yield from (page.encode() for page in PAGES.values())


def _of_corpus(reader: str) -> Iterator[bytes]:
    folder = Path(os.environ.get("CORPUS", "none")) / reader
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file():
            yield path.read_bytes()
