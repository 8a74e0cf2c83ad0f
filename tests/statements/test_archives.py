import io
import zipfile
from pathlib import Path

import pytest

from ledgerflow.cli import main
from ledgerflow.statements.archives import ArchiveRefusedError, unpack
from ledgerflow.statements.reading import read_file

_CSV = b"Date,Description,Amount,Balance\n2026-03-01,Tea,-4.20,95.80\n2026-03-02,Pay,10.00,105.80\n"
_OFX = Path("docs/examples/checking.ofx").read_bytes()


def pack(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_it_reads_each_file_of_an_archive_and_says_where_a_line_stands():
    content = pack(
        {"2026/march.csv": _CSV, "checking.ofx": _OFX, "__MACOSX/._a": b"x", "read me.txt": b"Dear customer"}
    )

    reading = read_file(content=content, name="year.zip")

    assert (reading.status, reading.format, len(reading.statements)) == ("read", "zip", 2)
    assert reading.statements[0].lines[0].place == {"line": 2, "member": "2026/march.csv"}
    assert any(warning.startswith("read me.txt: No reader takes this file") for warning in reading.warnings)


def test_a_statement_in_it_that_cannot_be_read_refuses_the_archive():
    reading = read_file(content=pack({"good.csv": _CSV, "bad.ofx": _OFX[:-200]}), name="a.zip")

    assert reading.status == "refused"
    assert reading.error.startswith("bad.ofx: ")


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"../../etc/march.csv": _CSV}, "leads out of it"),
        ({"C:\\march.csv": _CSV}, "leads out of it"),
        ({"inner.zip": pack({"march.csv": _CSV})}, "an archive itself"),
        ({"zeros.csv": b"0" * 20_000_000}, "times as large"),
        ({}, "no files"),
    ],
    ids=["traversal", "drive", "nested", "bomb", "nothing"],
)
def test_it_refuses_an_archive_with_a_sentence(members, word):
    content = pack(members) if members else pack({"__MACOSX/x": b"x"})

    with pytest.raises(ArchiveRefusedError, match=word):
        unpack(content=content)
    assert word in read_file(content=content, name="a.zip").error
    assert read_file(content=_OFX, name="next.ofx").status == "read"


def test_it_refuses_what_is_cut_or_not_as_long_as_it_says():
    content = pack({"march.csv": _CSV})

    with pytest.raises(ArchiveRefusedError, match="damaged"):
        unpack(content=content[:-30])
    assert unpack(content=_CSV) is None


def test_the_command_prints_one_object_for_an_archive(tmp_path, capsys):
    path = tmp_path / "year.zip"
    path.write_bytes(pack({"march.csv": _CSV}))

    assert main(["read", "--format", "jsonl", str(path)]) == 0

    (line,) = capsys.readouterr().out.splitlines()
    assert '"member": "march.csv"' in line
