"""Damaged workbooks: a reading or a refusal, never a crash."""

import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.contract import Reading, StatementRefusedError
from tools.xlsx_statement import claims, read_statement
from tools.xlsx_statement.tests.books import ods, one, pack, xml2003
from tools.xlsx_statement.tests.test_workbooks import HEADER, ROWS, TRUTH, XLS

_PLAIN = [HEADER, *[((day.isoformat(), None), "x", float(amount), 1) for day, amount in TRUTH]]
CONTENTS = [one([HEADER, *ROWS]), ods(_PLAIN), xml2003(_PLAIN), XLS.read_bytes()]
edits = st.lists(st.tuples(st.integers(0, 20_000), st.binary(min_size=1, max_size=5)), min_size=1, max_size=6)


def mutated(content, changes):
    for drawn, piece in changes:
        at = drawn % len(content)
        content = content[:at] + piece + content[at + len(piece) :]
    return content


def read_or_refuse(content):
    claims(content, "damaged.xlsx")
    with suppress(StatementRefusedError):
        assert isinstance(read_statement(content, "damaged.xlsx"), Reading)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CONTENTS), edits)
def test_it_reads_or_refuses_whatever_the_bytes(content, changes):
    read_or_refuse(mutated(content, changes))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CONTENTS[:2]), st.integers(0, 9), edits)
def test_it_reads_or_refuses_whatever_is_in_the_parts(content, number, changes):
    with zipfile.ZipFile(BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = sorted(members)[number % len(members)]
    members[name] = mutated(members[name], changes)

    read_or_refuse(pack(members))


def test_sectors_that_go_round_in_a_circle_it_refuses_at_once():
    content = bytearray(XLS.read_bytes())
    first = int.from_bytes(content[76:80], "little")  # the first sector of the table of sectors
    table = 512 * (first + 1)
    # Every sector of the file follows on the one after it, and the last one on the first.
    count = len(content) // 512 - 1
    for sector in range(count):
        content[table + 4 * sector : table + 4 * sector + 4] = ((sector + 1) % count).to_bytes(4, "little")

    with pytest.raises(StatementRefusedError, match="damaged"):
        read_statement(bytes(content), "circle.xls")
