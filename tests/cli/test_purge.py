import argparse
import io
import json
import zipfile

import pytest

from ledgerflow.books.models import Book, Role
from ledgerflow.cli import purge
from ledgerflow.core.errors import LedgerFlowError
from tests.booked import BookedFile
from tests.factories import MembershipFactory

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def file():
    return BookedFile(1)


@pytest.fixture
def archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as content:
        content.writestr("book.json", "{}")
    return tmp_path / "shop.zip"


def _run(user, *words):
    parser = argparse.ArgumentParser()
    purge.add_arguments(parser)
    return purge.run(
        parser.parse_args(["--book", "shop", "--user", user.email, *map(str, words), "--format", "json"])
    )


def test_it_prints_what_is_gone(file, archive, capsys):
    assert _run(file.owner, "--name", "Shop", "--archive", archive, "--dry-run") == 0
    would = json.loads(capsys.readouterr().out)
    assert _run(file.owner, "--name", "Shop", "--archive", archive) == 0
    gone = json.loads(capsys.readouterr().out)

    assert {"table": "ledger_journalline", "gone": 2} in gone
    assert gone[-1] == {"table": "books_book", "gone": 1}
    assert [(row["table"], row["would go"]) for row in would] == [(row["table"], row["gone"]) for row in gone]
    assert not Book.objects.filter(slug="shop").exists()


def test_the_name_is_asked_for_on_a_terminal_alone(file, archive, capsys, monkeypatch):
    with pytest.raises(LedgerFlowError, match="Type the name of the book: --name"):
        _run(file.owner, "--archive", archive)

    terminal = io.StringIO("Shop\n")
    terminal.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", terminal)
    assert _run(file.owner, "--archive", archive) == 0

    assert "This removes shop for ever" in capsys.readouterr().out


def test_a_reviewer_may_not(file, archive):
    reviewer = MembershipFactory(book=file.book, role=Role.REVIEWER).user

    with pytest.raises(LedgerFlowError, match="you may not remove the whole book"):
        _run(reviewer, "--name", "Shop", "--archive", archive)

    assert Book.objects.filter(slug="shop").exists()
