"""Where a file comes from, where its own dates leave their order open: weak evidence, and always with a warning."""

import pytest

from tools.contract import OpenOrderError
from tools.csv_statement import read_statement


def _card(*rows):
    text = "".join(f"07/06/2026,{place},{amount},Food\n" for place, amount in rows)
    return f"Transaction Date,Description,Amount,Category\n{text}".encode()


def _lines(content):
    reading = read_statement(content, "a.csv")
    found = [(f"{line.date}", f"{line.amount}") for each in reading.statements for line in each.lines]
    return found, " ".join(reading.warnings)


def test_dollars_at_places_of_the_united_states_are_dated_month_first_and_what_has_no_sign_was_paid_there():
    lines, warned = _lines(
        _card(("CORNER CAFE SPRINGFIELD    IL", "$27.00"), ("BIG PUMP  PEORIA  IL", "$5.00"))
    )

    assert lines == [("2026-07-06", "-27.00"), ("2026-07-06", "-5.00")]
    assert "amounts in $ at places such as “SPRINGFIELD IL” say that the month comes first" in warned
    assert "all were read as money out, because each names a shop's place" in warned


@pytest.mark.parametrize(
    "rows",
    [
        (("CORNER CAFE SPRINGFIELD    IL", "27.00"),),
        (("CORNER CAFE SPRINGFIELD    IL", "A$27.00"),),
        (("CORNER CAFE SPRINGFIELD IL", "$27.00"),),
        (("CORNER CAFE TORONTO    CA", "$27.00"),),
        (("CORNER CAFE SPRINGFIELD    IL", "$27.00"), ("TEA ROOM  LONDON  GB", "$5.00")),
        (("CORNER CAFE SPRINGFIELD    IL", "$-27.00"), ("Rent", "$-5.00"), ("Tax", "$-9.00")),
    ],
    ids=["no dollars", "other dollars", "a word", "Canada too", "a place elsewhere", "few places"],
)
def test_less_than_that_settles_nothing(rows):
    with pytest.raises(OpenOrderError):
        read_statement(_card(*rows), "a.csv")


def test_names_of_firms_with_a_country_are_no_places_of_shops():
    lines, warned = _lines(
        b"Date,Payer,Amount\n2026-02-14,ACME GMBH  DE,900.00\n2026-02-15,MULLER SARL  FR,12.00\n"
    )

    assert [amount for _, amount in lines] == ["900.00", "12.00"]
    assert "all were read as money in" in warned


def test_a_time_zone_is_one_where_its_column_holds_nothing_else():
    with pytest.raises(OpenOrderError):
        read_statement(b"Date,Narration,Amount\n04/03/2026,CST,-10.00\n05/03/2026,IGST,-11.00\n", "a.csv")
    lines, _ = _lines(b"Date,Time zone,Amount\n04/03/2026,CST,-10.00\n05/03/2026,CDT,-11.00\n")
    assert [day for day, _ in lines] == ["2026-04-03", "2026-05-03"]
