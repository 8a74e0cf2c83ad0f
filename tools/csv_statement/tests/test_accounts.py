"""Whose account a column names."""

import pytest

from tools.csv_statement import read_statement

FIRST, SECOND, THIRD = "DE02120300000000202051", "DE02500105170137075030", "DE02100500000054540402"


def _accounts(header, *rows):
    statements = read_statement("\n".join([header, *rows]).encode(), "a.csv").statements
    return [(statement.account, len(statement.lines)) for statement in statements]


@pytest.mark.parametrize(
    "header", ["Datum;IBAN;Name;Betrag", "Datum;Konto;Empfänger;Betrag", "Datum;IBAN;Name;Betrag EUR"]
)
def test_an_account_beside_a_name_that_changes_with_it_is_the_others(header):
    rows = [f"13.01.2026;{FIRST};A;-1,50", f"14.01.2026;{SECOND};B;2,50", f"15.01.2026;{FIRST};A;-3,00"]

    assert _accounts(header, *rows) == [(None, 3)]
    assert _accounts(header, *rows[:1]) == [(None, 1)]


def test_an_account_with_many_names_beside_it_is_the_own():
    rows = [f"{day}.01.2026;{FIRST if day < 16 else THIRD};Name {day};-{day},50" for day in range(13, 19)]

    assert _accounts("Datum;IBAN;Name;Betrag", *rows) == [(FIRST, 3), (THIRD, 3)]


def test_an_account_that_is_named_the_own_stays():
    rows = [f"{FIRST};A;13.01.2026;-1,50", f"{SECOND};B;14.01.2026;2,50"]

    assert _accounts("IBAN Auftragskonto;Name;Datum;Betrag", *rows) == [(FIRST, 1), (SECOND, 1)]
