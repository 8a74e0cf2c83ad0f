"""Bytes set, cut, repeated and put in, for tests that a reader reads or refuses whatever it is given."""

import re

from hypothesis import strategies as st

from tools.contract import Reading, StatementRefusedError

EDITS = st.lists(
    st.tuples(
        st.sampled_from(["set", "cut", "copy", "insert"]),
        st.integers(0, 6000),
        st.integers(1, 120),
        st.binary(min_size=1, max_size=4)
        | st.sampled_from([b"-", b",", b".", b"\n", b"9", b"&", b"<", b">", b":", b"^"]),
    ),
    min_size=1,
    max_size=6,
)


def damaged(content, edits):
    """Return the content with the edits applied one after the other."""
    for kind, drawn, size, piece in edits:
        at = drawn % max(1, len(content))
        content = {
            "set": content[:at] + piece + content[at + len(piece) :],
            "cut": content[:at] + content[at + size :],
            "copy": content[: at + size] + content[at:],
            "insert": content[:at] + piece + content[at:],
        }[kind]
    return content


def read_or_refused(read, content):
    """Return the reading, or an empty one with the sentence of the refusal, which must be one."""
    said = "."
    try:
        reading = read(content, "damaged")
    except StatementRefusedError as refusal:
        said = str(refusal)
        reading = Reading("refused", (), notice=said)
    assert said.endswith(".")
    return reading


def amounts_written_nowhere(reading, text):
    """Return the amounts of the reading whose digits stand nowhere in the text, leading and trailing zeros aside."""
    written = {re.sub(r"\D", "", run).strip("0") for run in re.findall(r"[\d.,'’ \u00a0\u202f]+", text)}  # noqa: RUF001 - a thousands mark
    written |= {part for run in written for part in re.findall(r"[1-9]\d*", run)}
    together = "\n".join(written)
    return [
        line.amount
        for statement in reading.statements
        for line in statement.lines
        if re.sub(r"\D", "", f"{line.amount:f}").strip("0") not in together
    ]
