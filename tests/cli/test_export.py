"""`ledgerflow export` writes whole files that say what they hold."""

import stat

import pytest

from ledgerflow import cli
from tests.booked import BookedFile
from tests.factories import UserFactory

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def file() -> BookedFile:
    return BookedFile(3)


def _export(file: BookedFile, *words: object) -> int:
    return cli.main(["export", "--book", file.book.slug, "--user", file.owner.email, *map(str, words)])


@pytest.mark.parametrize("form", ["beancount", "hledger", "csv"])
def test_it_writes_the_book(file, form, tmp_path, capsys):
    out = tmp_path / "books"

    status = _export(file, "--format", form, out)

    assert status == cli.DONE, capsys.readouterr().err
    assert "Shop 3" in out.read_text()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_it_says_how_many_balances_it_asserts_and_leaves_out(file, tmp_path, capsys):
    _export(file, "--format", "beancount", tmp_path / "books")

    assert "0 asserted, 2 left out. The file says why." in capsys.readouterr().out


def test_it_replaces_the_file_that_is_there(file, tmp_path):
    out = tmp_path / "books"
    out.write_text("old")

    _export(file, "--format", "csv", out)

    assert out.read_text().startswith("entry,")
    assert [path.name for path in tmp_path.iterdir()] == ["books"]


def test_a_place_where_nothing_can_be_written_is_named(file, tmp_path, capsys):
    status = _export(file, "--format", "csv", tmp_path / "nowhere" / "books")

    assert status == cli.FAILED
    assert "cannot be written (No such file or directory)" in capsys.readouterr().err


def test_a_stranger_gets_nothing(file, tmp_path, capsys):
    out = tmp_path / "books"

    status = cli.main(
        ["export", "--book", file.book.slug, "--user", UserFactory().email, "--format", "csv", str(out)]
    )

    assert status == cli.FAILED
    assert "may not see the book" in capsys.readouterr().err
    assert not out.exists()


def test_it_writes_what_is_sent_to_an_accountant(file, tmp_path, capsys):
    out = tmp_path / "package.zip"

    status = _export(file, "--format", "accountant", "--period", "2026-01", out)

    assert status == cli.DONE, capsys.readouterr().err
    assert "Days: 2026-01-01 to 2026-01-31; reports: 8; documents: 1." in capsys.readouterr().out
    assert _export(file, "--format", "accountant", "--period", "soon", out) == cli.FAILED
