# ruff: noqa: RUF001 - the letters that banks print are the subject, look-alikes among them
from datetime import date

import pytest

from tools._shared.dates import days_in_text, read_day


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2018-02-25 12:34:56 +0000", date(2018, 2, 25)),
        ("2019.04.19.", date(2019, 4, 19)),
        ("20091224120000[0:GMT]", date(2009, 12, 24)),
        ("2021-09-06 6:11:59", date(2021, 9, 6)),
        ("10-Nov-9", date(2009, 11, 10)),
        ("7. M\u00e4rz 2020", date(2020, 3, 7)),
        ("Nov 7, 2013", date(2013, 11, 7)),
        ("1 de enero de 2020", date(2020, 1, 1)),
        ("2024\u5e741\u67082\u65e5", date(2024, 1, 2)),
        ("2023-12-31T23:59:59Z", date(2023, 12, 31)),
        ("15 févr. 2024", date(2024, 2, 15)),
        ("12 Kasım 2024", date(2024, 11, 12)),
        ("5 мая 2024", date(2024, 5, 5)),
        ("12 вересня 2024", date(2024, 9, 12)),
        ("3 Μαΐου 2024", date(2024, 5, 3)),
        ("2024. febr. 3.", date(2024, 2, 3)),
        ("R6.1.15", date(2024, 1, 15)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("٢٠٢٤/٠١/١٥", date(2024, 1, 15)),
    ],
)
def test_it_reads_the_day_without_shifting_it(cell, day):
    found = read_day(cell)

    assert found is not None
    assert (found.ymd, found.dmy, found.mdy) == (day, day, day)


def test_it_keeps_both_orders_open():
    found = read_day("03/04/2026")

    assert found is not None
    assert (found.dmy, found.mdy) == (date(2026, 4, 3), date(2026, 3, 4))


@pytest.mark.parametrize(
    "cell", ["", "06:40", "10/2009/09", "51392971", "2026-02-30", "1234.56", "31/31/2026", "12/2026"]
)
def test_it_reads_no_day_from(cell):
    assert read_day(cell) is None


def test_it_finds_the_days_in_a_file_name():
    assert [day.ymd for day in days_in_text("export_12345678_20260304.csv")] == [date(2026, 3, 4)]
