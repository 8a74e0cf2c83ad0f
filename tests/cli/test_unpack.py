"""`ledgerflow unpack` makes the same book in another installation, or nothing."""

import json
import zipfile
from pathlib import Path

import pytest

from ledgerflow import cli
from ledgerflow.books.models import Book, Role
from ledgerflow.pipeline.demo import make_books
from ledgerflow.users.models import User
from tests import databases
from tests.booked import NOW, BookedFile
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.usefixtures("committed_db")


def _report(capsys, name: str) -> object:
    capsys.readouterr()
    assert (
        cli.main(["report", "trial-balance", "--book", name, "--as-of", "2026-03-31", "--format", "json"])
        == 0
    )
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def archive(tmp_path):
    file = BookedFile(3)
    out = tmp_path / "shop.zip"
    user = ["--user", file.owner.email]
    assert cli.main(["export", "--book", file.book.slug, *user, "--format", "archive", str(out)]) == cli.DONE
    return out


def test_another_installation_has_the_same_book(capsys, tmp_path, settings, committed_db):
    make_books(user=UserFactory(is_firm_admin=True), now=NOW)
    here = _report(capsys, "demo-design")
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    assert cli.main(["export", "--book", "demo-design", "--format", "archive", str(first)]) == cli.DONE
    settings.MEDIA_ROOT = tmp_path / "other documents"

    with databases.clone(f"{committed_db}_other") as other:
        databases.point_to(other)
        assert not Book.objects.exists()
        assert cli.main(["unpack", str(first)]) == cli.DONE, capsys.readouterr().err
        there = _report(capsys, "demo-design")
        # What was noted there holds here.
        noted = ["--anchor", json.loads(_member(first, "manifest.json"))["chain"]["head"]]
        assert cli.main(["verify", "--book", "demo-design", *noted]) == cli.DONE
        # Whoever took it in owns it; whoever kept it there cannot sign in here.
        assert Book.objects.get().memberships.get().user.email == "owner@localhost"
        assert not User.objects.exclude(email="owner@localhost").get().is_active
        assert cli.main(["export", "--book", "demo-design", "--format", "archive", str(second)]) == cli.DONE
        databases.point_to(committed_db)

    assert there == here
    assert _tables(first) == _tables(second)


def _member(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def _tables(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}


def test_it_takes_another_address(archive, capsys):
    status = cli.main(["unpack", "--as", "copy", str(archive)])

    assert status == cli.DONE
    assert "The book copy is here, verified" in capsys.readouterr().out
    assert Book.objects.get(slug="copy").name == "Shop"


def test_a_book_that_is_there_stays(archive, capsys):
    status = cli.main(["unpack", str(archive)])

    assert status == cli.BAD_INPUT
    assert "There is a book shop already" in capsys.readouterr().err
    assert Book.objects.count() == 1


def test_an_address_that_is_none_is_refused(archive, capsys):
    assert cli.main(["unpack", "--as", "a b", str(archive)]) == cli.BAD_INPUT
    assert "is no address" in capsys.readouterr().err


def test_a_damaged_archive_is_refused(archive, capsys):
    archive.write_bytes(archive.read_bytes()[:-100])

    assert cli.main(["unpack", "--as", "copy", str(archive)]) == cli.BAD_INPUT
    assert "damaged on its way" in capsys.readouterr().err
    assert not Book.objects.filter(slug="copy").exists()


def test_looking_into_it_takes_nothing_in(archive, capsys):
    status = cli.main(["unpack", "--dry-run", str(archive)])

    assert status == cli.DONE
    assert "The archive of shop is whole" in capsys.readouterr().out
    assert Book.objects.count() == 1


def test_a_viewer_gets_no_archive(archive, tmp_path, capsys):
    viewer = MembershipFactory(book=Book.objects.get(), role=Role.VIEWER).user
    out = tmp_path / "viewer.zip"

    status = cli.main(["export", "--book", "shop", "--user", viewer.email, "--format", "archive", str(out)])

    assert status == cli.FAILED
    assert not out.exists()
