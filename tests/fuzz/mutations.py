"""Files damaged by chance: bytes, lines, numbers, members of archives."""

import io
import random
import re
import zipfile

_PIECES = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n\n", b'"', b"'", b";", b",", b"\t", b"|", b"-", b"--", b"(", b")",
    b"0", b"9" * 30, b"1e9", b"1.234.567,89", b"1,234,567.89", b"31/02/2026", b"2026-02-30", b"99991231", b"&#0;",
    b"&amp;", b"<", b">", b"</", b"<!--", b"]]>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b":61:", b":62F:", b":86:", b"^\n",
    b"!Type:Bank\n", b"<STMTTRN>", b"<Ntry>", b"\xc2\xa0", b"\xe2\x80\xaf", b"\xa3", b"EUR", b"NaN", b"Infinity",
)  # fmt: skip
_LARGEST = 400_000


def damaged(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return the content with one to six damages; ``other`` is a file to take pieces from."""
    if content.startswith(b"PK") and chance.random() < 0.7:
        return _in_a_member(content, chance)
    # Four in ten stay well-formed, so that more than the parser of the format is met.
    kinds = (_digits_changed, _digit_runs_swapped) if chance.random() < 0.4 else _KINDS
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        content = chance.choice(kinds)(content, other, chance)[:_LARGEST]
    return content


def _in_a_member(content: bytes, chance: random.Random) -> bytes:
    """Damage one member, so that the archive still opens."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(each.filename, archive.read(each)) for each in archive.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return _bytes_set(content, b"", chance)
    at = chance.randrange(len(members))
    name, member = members[at]
    members[at] = name, damaged(member.removeprefix(b"PK"), members[0][1], chance)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members:
            archive.writestr(name, member)
    return out.getvalue()


def _at(content: bytes, chance: random.Random) -> int:
    return chance.randrange(len(content) + 1)


def _bytes_set(content: bytes, _other: bytes, chance: random.Random) -> bytes:
    at = _at(content, chance)
    piece = chance.randbytes(chance.randint(1, 4))
    return content[:at] + piece + content[at + len(piece) :]


def _cut(content: bytes, _other: bytes, chance: random.Random) -> bytes:
    at = _at(content, chance)
    return content[:at] + content[at + chance.choice((1, 1, 5, 80, 4000)) :]


def _ended(content: bytes, _other: bytes, chance: random.Random) -> bytes:
    return content[: _at(content, chance)]


def _put_in(content: bytes, _other: bytes, chance: random.Random) -> bytes:
    at = _at(content, chance)
    return content[:at] + chance.choice(_PIECES) * chance.choice((1, 1, 1, 40)) + content[at:]


def _repeated(content: bytes, _other: bytes, chance: random.Random) -> bytes:
    at = _at(content, chance)
    piece = content[at : at + chance.choice((10, 200, 3000))]
    return content[:at] + piece * chance.choice((1, 1, 2, 60)) + content[at:]


def _spliced(content: bytes, other: bytes, chance: random.Random) -> bytes:
    at, there = _at(content, chance), _at(other, chance)
    return content[:at] + other[there : there + chance.choice((20, 500, 5000))] + content[at:]


def _lines_moved(content: bytes, _other: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"\n".join(lines)


def _digits_changed(content: bytes, _other: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"\d+", content[:_LARGEST]))
    if not found:
        return content
    match = chance.choice(found)
    digits = b"%d" % chance.choice((0, 1, 13, 32, 99, 2026, 10**12, chance.randrange(10**6)))
    return content[: match.start()] + digits + content[match.end() :]


def _digit_runs_swapped(content: bytes, _other: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"\d+", content[:_LARGEST]))
    if len(found) < 2:
        return content
    one, two = sorted(chance.sample(found, 2), key=lambda match: match.start())
    between = content[one.end() : two.start()]
    return content[: one.start()] + two[0] + between + one[0] + content[two.end() :]


def _marks_changed(content: bytes, _other: bytes, chance: random.Random) -> bytes:
    one, two = chance.sample((b".", b",", b";", b"-", b"/", b"\t", b" ", b"'", b'"', b"\n", b"\r\n"), 2)
    return content.replace(one, two, chance.choice((1, 3, -1)))


_KINDS = (
    _bytes_set, _bytes_set, _cut, _ended, _put_in, _put_in, _repeated, _spliced, _lines_moved, _digits_changed,
    _digits_changed, _marks_changed,
)  # fmt: skip
