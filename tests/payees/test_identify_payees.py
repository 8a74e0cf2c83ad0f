"""Texts become payees of the book in a constant number of queries."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledgerflow.payees.models import Payee, PayeeAlias
from ledgerflow.payees.services import PayeeNameError, identify_payees, name_payee, remember_payee
from tests.factories import BookFactory

pytestmark = pytest.mark.django_db


def test_it_makes_one_payee_for_texts_that_mean_the_same():
    book = BookFactory()

    found = identify_payees(book=book, texts=["SQ *BAKERY #4412", "SQ *BAKERY #4413", "Bakery LLC"])

    assert len(set(found.values())) == 1
    assert Payee.objects.get().name in {"Bakery", "Bakery LLC"}


def test_it_finds_the_same_payee_again():
    book = BookFactory()
    first = identify_payees(book=book, texts=["GROCER 123"])

    again = identify_payees(book=book, texts=["GROCER 999"])

    assert set(again.values()) == set(first.values())


def test_it_leaves_out_texts_without_words():
    assert identify_payees(book=BookFactory(), texts=["", "  "]) == {}


def test_a_payee_of_another_book_is_never_found():
    other = identify_payees(book=BookFactory(), texts=["Grocer"])

    found = identify_payees(book=BookFactory(), texts=["Grocer"])

    assert set(found.values()).isdisjoint(other.values())


def test_a_name_that_a_person_gave_gets_the_new_key_as_alias():
    book = BookFactory()
    payee = name_payee(book=book, name="Grocer")

    found = identify_payees(book=book, texts=["POS DEBIT GROCER"])

    assert found == {"POS DEBIT GROCER": payee.pk}


def test_a_text_that_a_person_renamed_is_remembered():
    book = BookFactory()
    identify_payees(book=book, texts=["AMZN RETAIL 123456"])
    shop = name_payee(book=book, name="The Everything Shop")

    remember_payee(book=book, text="AMZN RETAIL 123456", payee=shop)

    assert identify_payees(book=book, texts=["AMZN RETAIL 999999"]) == {"AMZN RETAIL 999999": shop.pk}


@pytest.mark.parametrize("name", ["", "  ", "x" * 161])
def test_an_impossible_name_is_refused(name: str):
    with pytest.raises(PayeeNameError):
        name_payee(book=BookFactory(), name=name)


def test_the_number_of_queries_does_not_grow():
    book = BookFactory()
    identify_payees(book=book, texts=["warm"])
    counts = []
    for size in (2, 200):
        texts = [f"Shop {'x' * n} of {size}" for n in range(size)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            identify_payees(book=book, texts=texts)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_an_alias_of_another_books_payee_is_refused_by_the_database():
    payee = name_payee(book=BookFactory(), name="Grocer")
    alias = PayeeAlias(book=BookFactory(), key="grocer", payee=payee)

    with pytest.raises(IntegrityError), transaction.atomic():
        PayeeAlias.objects.bulk_create([alias])
