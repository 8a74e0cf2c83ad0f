"""The floor under the readers' score only rises."""

import importlib.util
import json
import re

from tests.sources import ROOT

SPEC = importlib.util.spec_from_file_location("corpus_floor", ROOT / ".ci" / "corpus_floor.py")
assert SPEC is not None
assert SPEC.loader is not None
corpus_floor = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(corpus_floor)

TABLE = """format     read right  refused/empty right
csv             80/88                18/18
ofx             56/56                47/47
23.8 s for 342 files
TOTAL 236/342 69.0%
"""


def test_it_counts_what_is_right_by_format() -> None:
    assert corpus_floor.reached(TABLE) == {"csv": 98, "ofx": 103}


def test_a_format_below_its_floor_is_named() -> None:
    assert corpus_floor.fallen({"csv": 99, "ofx": 103}, {"csv": 98, "ofx": 103}) == [
        "csv: 98 files right, the floor is 99."
    ]


def test_a_format_that_is_gone_is_below_its_floor() -> None:
    assert corpus_floor.fallen({"qif": 1}, {}) == ["qif: 0 files right, the floor is 1."]


def test_a_format_at_or_above_its_floor_is_not_named() -> None:
    assert corpus_floor.fallen({"csv": 98}, {"csv": 98, "ofx": 1}) == []


def test_the_table_counts_by_format_and_tells_refused_from_silently_wrong():
    failures = "csv/a.csv\tparse\trefused: The dates are open.\t\ncsv/b.csv\tparse\t3 lines, not 4\thard\n"

    shown = corpus_floor.table(TABLE, failures).splitlines()

    assert shown[2].startswith("| CSV | ")
    assert shown[2].endswith(" | 1 | 1 |")
    assert shown[-1].endswith(" | **1** | **1** |")


def test_the_page_shows_what_the_floor_asks_for():
    floor = json.loads(corpus_floor.FLOOR.read_text())
    rows = re.findall(
        r"^\| ([A-Z0-9]+) \| \d+ \| (\d+) \| (\d+) \| \d+ \| \d+ \|$",
        corpus_floor.PAGE.read_text(),
        re.MULTILINE,
    )

    assert {name.lower(): int(read) + int(refused) for name, read, refused in rows} == floor
