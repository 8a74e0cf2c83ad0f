import pytest

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
