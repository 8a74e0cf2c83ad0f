"""Damaged files: a reading or a refusal, never a crash, never an amount that is not in the file."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tools._shared.encodings import decode
from tools.contract import Reading, StatementRefusedError
from tools.csv_statement import claims, read_statement
from tools.csv_statement.tests.golden import samples

CONTENTS = [path.read_bytes() for path in samples()]
edits = st.lists(
    st.tuples(
        st.sampled_from(["set", "cut", "copy", "insert"]),
        st.integers(0, 4000),
        st.integers(1, 60),
        st.binary(min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=6,
)


def mutate(content, changes):
    for kind, drawn, size, piece in changes:
        at = drawn % max(1, len(content))
        if kind == "set":
            content = content[:at] + piece + content[at + len(piece) :]
        elif kind == "cut":
            content = content[:at] + content[at + size :]
        elif kind == "copy":
            content = content[: at + size] + content[at:]
        else:
            content = content[:at] + piece + content[at:]
    return content


def read_or_refuse(content):
    claims(content, "damaged.csv")
    try:
        return read_statement(content, "damaged.csv")
    except StatementRefusedError as refusal:
        return Reading("csv", (), notice=str(refusal))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(CONTENTS), edits)
def test_it_reads_or_refuses_whatever_the_bytes(content, changes):
    damaged = mutate(content, changes)

    reading = read_or_refuse(damaged)

    text = decode(damaged) if reading.statements else ""
    digits = {re.sub(r"\D", "", run).lstrip("0") for run in re.findall(r"[\d.,'\u2019\s]+", text)}
    written = "\n".join(digits)
    for statement in reading.statements:
        for line in statement.lines:
            stated = re.sub(r"\D", "", str(line.amount)).lstrip("0")
            assert stated in written


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_it_reads_or_refuses_any_bytes(content):
    reading = read_or_refuse(content)

    assert isinstance(reading, Reading)
