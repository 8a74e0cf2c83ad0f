"""`ledgerflow rates` enters, imports and lists exchange rates, for those who may."""

import json

import pytest

from ledgerflow import cli
from ledgerflow.books.models import Role
from ledgerflow.ledger.models import ExchangeRate
from tests.booked import BookedFile
from tests.factories import MembershipFactory

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def file() -> BookedFile:
    return BookedFile(1)


def _rates(file: BookedFile, act: str, *words: object, user: str = "") -> int:
    asked = [act, "--book", file.book.slug, "--user", user or file.owner.email, *map(str, words)]
    return cli.main(["rates", *asked])


def test_rates_are_entered_imported_and_listed(file, tmp_path, capsys):
    given = tmp_path / "rates.csv"
    given.write_text("date,currency,rate\n2026-01-05,EUR,1.09\n2026-01-06,CHF,1.11\n")

    assert _rates(file, "add", "EUR", "2026-01-05", "1.0842", "--origin", "the bank") == cli.DONE
    assert _rates(file, "add", "EUR", "2026-01-05", "1.09", "--origin", "the bank") == cli.DONE
    assert "New rates: 1, of which 1 replace another" in capsys.readouterr().out
    assert _rates(file, "import", given, "--currency", "EUR", "--currency", "CHF") == cli.DONE
    assert "New rates: 2, of which 0 replace another" in capsys.readouterr().out
    _rates(file, "list", "--currency", "eur", "--format", "json")
    rows = json.loads(capsys.readouterr().out)
    assert [(row["date"], row["rate"], row["source"]) for row in rows] == [
        ("2026-01-05", "1.09", "person"),
        ("2026-01-05", "1.09", "file"),
    ]
    _rates(file, "list", "--replaced", "--format", "json")
    assert len(json.loads(capsys.readouterr().out)) == 4


def test_what_cannot_be_is_said_and_kept_from(file, tmp_path, capsys):
    viewer = MembershipFactory(book=file.book, role=Role.VIEWER).user

    assert _rates(file, "add", "USD", "2026-01-05", "1", "--origin", "x") == cli.FAILED
    assert "kept in USD" in capsys.readouterr().err
    assert _rates(file, "add", "EUR", "2026-01-05", "much", "--origin", "x") == cli.BAD_INPUT
    assert _rates(file, "import", tmp_path / "none.csv") == cli.FAILED
    assert "cannot be read" in capsys.readouterr().err
    assert _rates(file, "add", "EUR", "2026-01-05", "1", "--origin", "x", user=viewer.email) == cli.FAILED
    assert _rates(file, "list", user=viewer.email) == cli.DONE
    assert not ExchangeRate.objects.exists()
