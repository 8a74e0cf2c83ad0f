import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings

from ledgerflow.books.models import Role
from tests.booked import BookedFile

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("form", "name", "begins"),
    [("beancount", "shop.beancount", b'option "title" "Shop"'), ("hledger", "shop.journal", b"; Shop\n"),
     ("csv", "shop.csv", b"entry,date,line,")],
)  # fmt: skip
def test_a_viewer_downloads_the_book(form, name, begins):
    file = BookedFile(1)

    answer = file.client(Role.VIEWER).get(file.address(f"exports/{form}/"))

    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert b"".join(answer.streaming_content).startswith(begins)


def test_the_page_offers_every_form():
    file = BookedFile(1)

    page = file.client().get(file.address("exports/")).content.decode()

    for form in ("beancount", "hledger", "csv"):
        assert file.address(f"exports/{form}/") in page


def test_an_owner_downloads_the_archive():
    file = BookedFile(1)

    answer = file.client().get(file.address("exports/archive/"))

    assert answer["Content-Disposition"] == 'attachment; filename="shop.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert f"documents/{file.document.sha256}" in archive.namelist()


def test_the_archive_is_for_those_who_manage_the_book():
    file = BookedFile(1)
    client = file.client(Role.BOOKKEEPER)

    assert client.get(file.address("exports/archive/")).status_code == 403
    assert "exports/archive/" not in client.get(file.address("exports/")).content.decode()
    assert "exports/archive/" in file.client().get(file.address("exports/")).content.decode()


def test_a_damaged_document_is_named_on_the_page():
    file = BookedFile(1)
    (Path(settings.MEDIA_ROOT) / file.document.storage_name).unlink()

    page = file.client().get(file.address("exports/archive/"), follow=True)

    assert "The stored file of january.csv cannot be read" in page.content.decode()
