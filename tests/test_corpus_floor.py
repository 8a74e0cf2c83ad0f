"""The floor under the readers' score only rises."""

import importlib.util

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
