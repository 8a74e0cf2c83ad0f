"""``ledgerflow report schedule-c``: the worksheet of a tax year, and its evidence pack."""

import argparse
import json
import subprocess
import sys
import zipfile
from datetime import date

import pytest

from ledgerflow.cli import report
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.taxforms.forms import tax_form
from tests.proprietor import Proprietor

pytestmark = pytest.mark.django_db


def run(*words):
    """Run the command."""
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    return report.run(parser.parse_args([*words, "--format", "json"]))


@pytest.fixture
def books():
    books = Proprietor()
    books.from_statement("6200", "-10.01")
    books.by_hand("6120", "7", day=date(2024, 5, 1))
    return books


@pytest.fixture
def asked(books):
    return ("schedule-c", "--book", books.book.slug, "--user", books.owner.email)


@pytest.fixture
def printed(capsys):
    def rows(*words):
        assert run(*words) == 0
        return {row["key"]: row for row in json.loads(capsys.readouterr().out)}

    return rows


@pytest.mark.parametrize(
    "days",
    [
        ["--year", "2025"],
        ["--from", "2025-01-01", "--to", "2025-12-31"],
        ["--from", "2025-01-01"],
        ["--to", "2025-12-31"],
    ],
)
def test_it_prints_every_line_of_the_form(asked, days, printed):
    rows = printed(*asked, *days)

    assert list(rows) == [line.key for line in tax_form(2025).lines]
    assert (rows["24b"]["gross"], rows["24b"]["deductible"], rows["24b"]["evidence"]) == ("10.01", "5.01", 1)
    assert rows["18"]["deductible"] == "0.00"


def test_the_year_of_the_days_may_be_another(asked, printed):
    assert printed(*asked, "--from", "2024-01-01", "--to", "2024-12-31")["18"]["deductible"] == "7.00"


def test_it_prints_whole_dollars(asked, printed):
    assert printed(*asked, "--year", "2025", "--whole-dollars")["24b"]["deductible"] == "5"


def test_what_is_open_is_said_on_stderr(asked, capsys):
    run(*asked, "--year", "2026")

    assert "provisional" in capsys.readouterr().err


def test_it_takes_the_year_of_today_where_none_is_named(asked, printed):
    assert printed(*asked)


@pytest.mark.parametrize(
    "days",
    [["--from", "2025-02-01"], ["--from", "2025-01-01", "--to", "2025-06-30"], ["--to", "2025-12-30"]],
)
def test_days_that_are_no_tax_year_are_refused(asked, days):
    with pytest.raises(LedgerFlowError, match="--from 2025-01-01 --to 2025-12-31; or say --year 2025"):
        run(*asked, *days)


@pytest.mark.parametrize("year", ["1990", "0", "99999"])
def test_a_year_without_a_form_is_refused(asked, year):
    with pytest.raises(LedgerFlowError, match=f"no Schedule C for {year}"):
        run(*asked, "--year", year)


def test_it_writes_the_worksheet_as_a_pdf(asked, tmp_path):
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    target = tmp_path / "worksheet.pdf"

    words = [*asked, "--year", "2025", "--format", "pdf", "--output", str(target)]
    assert report.run(parser.parse_args(words)) == 0

    assert target.read_bytes().startswith(b"%PDF")


def test_it_writes_an_evidence_pack_that_its_own_script_finds_whole(asked, tmp_path, capsys):
    target = tmp_path / "pack.zip"

    run(*asked, "--year", "2025", "--evidence-pack", str(target))

    with zipfile.ZipFile(target) as archive:
        archive.extract("verify.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", tmp_path / "verify.py", target], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    sha256 = done.stdout.split()[-1]
    assert f"the SHA-256 of its manifest is {sha256}." in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pack.zip", "verify.py"]


def test_a_pack_that_cannot_be_written_is_told(asked, tmp_path):
    with pytest.raises(LedgerFlowError, match="cannot be written"):
        run(*asked, "--year", "2025", "--evidence-pack", str(tmp_path / "nowhere" / "pack.zip"))


def test_a_refused_pack_leaves_the_older_one(asked, books, tmp_path, settings):
    target = tmp_path / "pack.zip"
    target.write_bytes(b"the older one")
    settings.MEDIA_ROOT = tmp_path / "moved"

    with pytest.raises(LedgerFlowError, match="cannot be read"):
        run(*asked, "--year", "2025", "--evidence-pack", str(target))

    assert target.read_bytes() == b"the older one"
    assert [path.name for path in tmp_path.iterdir()] == ["pack.zip"]
