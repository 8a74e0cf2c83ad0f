from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification
from ledgerflow.statements.models import BankAccount, DayQuestion, Sighting
from ledgerflow.statements.services import remember_file_name, remember_number
from tests.booked import BookedFile
from tests.factories import MembershipFactory
from tests.made import made_once
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


@made_once
def file():
    return BookedFile(3, is_posted=False)


def test_the_list_shows_each_account_with_its_proof_in_words(file):
    page = file.client(Role.VIEWER).get(file.address("statements/"))

    assert page.status_code == 200
    text = page.content.decode()
    assert "Checking" in text
    assert "proven" in text
    assert f"/statements/{file.statement.pk}/" in text


def test_the_list_says_what_to_do_while_there_is_nothing():
    member = MembershipFactory()
    client = Client()
    client.force_login(member.user)

    page = client.get(f"/books/{member.book.slug}/statements/")

    assert "No statements yet" in page.content.decode()
    assert "Go to the inbox" in page.content.decode()


def test_the_list_asks_the_database_as_often_for_many_statements_as_for_one(
    file, django_assert_max_num_queries
):
    client = file.client()
    for month in range(2, 12):
        file.take_in([Decimal(month)], name=f"{month}.csv", first=date(2026, month, 3))

    with django_assert_max_num_queries(25):
        page = client.get(file.address("statements/"))

    assert page.content.decode().count("/statements/document/") == 11


def test_all_statements_of_an_account_have_their_own_page(file):
    page = file.client().get(file.address(f"statements/?account={file.bank.pk}"))

    assert "Statements of Checking" in page.content.decode()


def test_an_account_of_another_book_has_none(file):
    other = BookedFile(1, is_posted=False)

    page = file.client().get(file.address(f"statements/?account={other.bank.pk}"))

    assert page.status_code == 404


def test_a_statement_shows_the_arithmetic_of_its_proof(file):
    text = file.client().get(file.address(f"statements/{file.statement.pk}/")).content.decode()

    assert "1,000.00" in text
    assert "-6.00" in text
    assert text.count("994.00") == 2
    assert "Shop 3" in text


def test_a_statement_shows_a_hundred_lines_at_a_time_with_the_same_queries(django_assert_num_queries):
    file = BookedFile(130, is_posted=False)
    client = file.client()
    client.get(file.address(f"statements/{file.statement.pk}/"))

    with django_assert_num_queries(17):
        first = client.get(file.address(f"statements/{file.statement.pk}/")).content.decode()
    with django_assert_num_queries(17):
        second = client.get(file.address(f"statements/{file.statement.pk}/?page=2")).content.decode()

    assert first.count("Shop ") == 100
    assert second.count("Shop ") == 30
    assert "Shop 130" in second


def test_a_reviewer_releases_a_statement_that_does_not_prove():
    file = BookedFile(3, closing=Decimal(1), is_posted=False)
    client = file.client(Role.REVIEWER)
    address = file.address(f"statements/{file.statement.pk}/")
    assert "does not prove" in client.get(address).content.decode()

    client.post(f"{address}override/", {"reason": "The bank says so by phone."})

    file.statement.refresh_from_db()
    assert file.statement.override_reason == "The bank says so by phone."
    assert "released by a person" in client.get(address).content.decode()


def test_a_release_needs_a_reason():
    file = BookedFile(3, closing=Decimal(1), is_posted=False)

    page = file.client().post(file.address(f"statements/{file.statement.pk}/override/"), {"reason": " "})

    assert page.status_code == 200
    assert "This field is required" in page.content.decode()
    file.statement.refresh_from_db()
    assert file.statement.overridden_at is None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BOOKKEEPER])
def test_who_may_not_release_sees_no_form_and_is_refused(role):
    file = BookedFile(3, closing=Decimal(1), is_posted=False)
    client = file.client(role)
    address = file.address(f"statements/{file.statement.pk}/")

    assert "override/" not in client.get(address).content.decode()
    assert client.post(f"{address}override/", {"reason": "Why not"}).status_code == 403


def test_a_proven_statement_is_not_released(file):
    page = file.client().post(file.address(f"statements/{file.statement.pk}/override/"), {"reason": "Why"})

    assert "Nothing disagrees in this statement" in page.content.decode()


def test_a_file_is_shown_with_the_record_marked_and_linked_to_its_bank_line(file):
    page = file.client(Role.VIEWER).get(file.address(f"statements/document/{file.document.pk}/?line=3"))

    text = page.content.decode()
    assert "<mark>2026-01-06,Shop 2,-2</mark>" in text
    assert text.count("<mark>") == 1
    assert text.count('id="mark"') == 1
    assert f"/journal/line/{file.line_ids[1]}/" in text
    assert file.document.sha256 in text


def test_the_last_record_ends_as_the_one_before_it(file):
    text = file.client().get(file.address(f"statements/document/{file.document.pk}/?line=4")).content.decode()

    assert text.count("<mark>") == 1
    assert "<mark>2026-01-07,Shop 3,-3</mark>" in text


def test_a_long_file_is_shown_in_parts_around_the_record():
    file = BookedFile(900, is_posted=False)
    client, address = file.client(), file.address(f"statements/document/{file.document.pk}/")

    text = client.get(f"{address}?line=700").content.decode()

    assert "Lines 680 to 901 of 901" in text
    assert "Shop 699,-699</mark>" in text
    assert "Lines 1 to 400 of 901" in client.get(address).content.decode()
    assert "Lines 401 to 800 of 901" in client.get(f"{address}?first=401").content.decode()


@pytest.mark.parametrize("asked", ["line=0", "line=x", "line=99999999999999999999", "first=-4", "first=900"])
def test_a_place_that_is_not_there_shows_the_file_all_the_same(file, asked):
    page = file.client().get(file.address(f"statements/document/{file.document.pk}/?{asked}"))

    assert page.status_code == 200
    assert "of 4" in page.content.decode()


def test_the_original_comes_byte_for_byte_as_a_download(file):
    answer = file.client(Role.VIEWER).get(file.address(f"statements/document/{file.document.pk}/original/"))

    assert answer.content.startswith(b"Date,Text,january.csv\r\n2026-01-05,Shop 1,-1\r\n")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="january.csv"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_damaged_file_is_told_and_never_sent(file, settings):
    stored = settings.MEDIA_ROOT / file.document.storage_name
    stored.write_bytes(b"something else")
    client, address = file.client(), file.address(f"statements/document/{file.document.pk}/")

    assert "no longer what was uploaded" in client.get(address).content.decode()
    assert client.get(f"{address}original/").status_code == 500


def test_a_file_of_another_book_is_not_found(file):
    other = BookedFile(1, is_posted=False)

    for page in ("", "original/"):
        answer = file.client().get(file.address(f"statements/document/{other.document.pk}/{page}"))
        assert answer.status_code == 404


def test_a_bookkeeper_adds_and_changes_a_bank_account(file):
    client = file.client(Role.BOOKKEEPER)

    client.post(
        file.address("statements/bank-accounts/new/"),
        {"name": "Savings", "kind": "bank", "currency": "usd", "number": "DE02 1203 0000 0000 2020 51"},
    )
    savings = BankAccount.objects.get(name="Savings")
    client.post(
        file.address(f"statements/bank-accounts/{savings.pk}/"),
        {"name": "Nest egg", "numbers": "DE02120300000000202051\n99-88"},
    )

    savings.refresh_from_db()
    assert (savings.name, savings.currency) == ("Nest egg", "USD")
    assert set(savings.numbers.values_list("number", flat=True)) == {"DE02120300000000202051", "9988"}
    listed = client.get(file.address("statements/bank-accounts/")).content.decode()
    assert "9988, DE02120300000000202051" in listed


def test_a_masked_number_and_a_name_that_is_taken_are_refused(file):
    client = file.client()
    client.post(
        file.address("statements/bank-accounts/new/"), {"name": "Card", "kind": "card", "currency": "USD"}
    )
    card = BankAccount.objects.get(name="Card")
    address = file.address(f"statements/bank-accounts/{card.pk}/")

    masked = client.post(address, {"name": "Card", "numbers": "****1234"}).content.decode()
    taken = client.post(address, {"name": "Checking", "numbers": ""}).content.decode()

    assert "Give each number whole" in masked
    assert "There is a bank account Checking already" in taken


def test_what_was_remembered_of_files_is_listed_and_forgotten(file):
    client, address = file.client(), file.address(f"statements/bank-accounts/{file.bank.pk}/")
    remember_number(bank_account=file.bank, number="****4321")
    remember_file_name(bank_account=file.bank, file_name="export-2026.csv")
    page = client.get(address).content.decode()
    named = file.bank.numbers.get(kind="file_name")

    client.post(address, {"name": "Checking", "numbers": "", "forgotten": [named.pk]})

    assert "stating the number …4321" in page
    assert "named EXPORTCSV" in page
    kinds = file.bank.numbers.exclude(kind="number").values_list("kind", flat=True)
    assert list(kinds) == ["masked"]


def test_a_viewer_changes_no_bank_account(file):
    client = file.client(Role.VIEWER)

    assert "Change Checking" not in client.get(file.address("statements/bank-accounts/")).content.decode()
    assert client.get(file.address("statements/bank-accounts/new/")).status_code == 403
    assert client.post(file.address(f"statements/bank-accounts/{file.bank.pk}/")).status_code == 403


@pytest.fixture
def again(file):
    """The month of the file again, in another format and other words, with one line more."""
    shown = [line(day, -number, f"SHOP {number} BERLIN") for number, day in enumerate((5, 6, 7), start=1)]
    return take_in(file.bank, line(1, -9, "Kiosk"), *shown, line(9, -8, "Inn"), kind="ofx").statement


@pytest.mark.parametrize(
    ("show", "there", "absent"),
    [
        ("", ["Kiosk", "Shop 2", "january.csv", ">new<"], []),
        ("known", ["Shop 2", "january.csv", "this file says: SHOP 2 BERLIN"], ["Kiosk", ">new<"]),
        ("new", ["Kiosk", ">new<"], ["Shop 2"]),
        ("nonsense", ["Kiosk", "Shop 2"], []),
    ],
)
def test_a_statement_says_which_lines_were_here_and_from_which_file(file, again, show, there, absent):
    text = file.client(Role.VIEWER).get(file.address(f"statements/{again.pk}/?show={show}")).content.decode()

    assert [each for each in there if each not in text] == []
    assert [each for each in absent if each in text] == []


def test_what_came_first_is_known_from_nowhere(file, again):
    address = file.address(f"statements/{file.statement.pk}/?show=known")

    assert "None of its lines was here before" in file.client().get(address).content.decode()


def test_pages_of_a_part_follow_each_other(file):
    file.take_in([Decimal(-at) for at in range(1, 131)], name="long.csv", first=date(2026, 4, 1))
    _document, statement, _lines = file.take_in(
        [Decimal(-at) for at in range(1, 131)], name="again.csv", first=date(2026, 4, 1)
    )

    text = file.client().get(file.address(f"statements/{statement.pk}/?show=known&page=2")).content.decode()

    assert "Page 2 of 2" in text
    assert "?page=1&amp;show=known" in text
    assert text.count("data-place=") == 30


def separate_address(file, statement, no):
    line = Sighting.objects.get(statement=statement, no=no).line_id
    return file.address(f"inbox/statements/{statement.pk}/lines/{line}/separate/")


def test_a_line_is_said_to_be_another_one_and_that_is_taken_back(file, again):
    client, address = file.client(Role.BOOKKEEPER), file.address(f"statements/{again.pk}/")
    assert client.get(address).content.decode().count("This is another line") == 3

    page = client.post(separate_address(file, again, 3), follow=True)

    text = page.content.decode()
    assert "It is a line of its own now" in text
    assert "kept apart from january.csv by" in text
    assert text.count("This is another line") == 2
    line = Sighting.objects.get(statement=again, no=3).line
    assert Classification.objects.filter(line=line).exists()
    said = DayQuestion.objects.get(no=3)
    questions = client.get(file.address("inbox/questions/")).content.decode()
    assert f"line 3 of {again.document.name}" in questions
    client.post(file.address(f"inbox/questions/{said.pk}/answer/"), {"answer": "same"})
    assert Sighting.objects.filter(line=Sighting.objects.get(statement=again, no=3).line).count() == 2


def test_a_viewer_says_nothing_of_lines(file, again):
    client = file.client(Role.VIEWER)

    assert "This is another line" not in client.get(file.address(f"statements/{again.pk}/")).content.decode()
    assert client.post(separate_address(file, again, 3)).status_code == 403


def test_a_line_of_another_book_is_not_found_and_a_new_one_is_refused_in_words(file, again):
    other = BookedFile(1, is_posted=False)

    assert other.client().post(separate_address(other, again, 1)).status_code == 404
    page = file.client().post(separate_address(file, again, 1), follow=True)
    assert "nothing to keep it apart from" in page.content.decode()
