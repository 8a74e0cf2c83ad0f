"""The forms as data: each year complete, closed years locked, a new year a difference that can be read."""

import re
import shutil
from decimal import Decimal

import pytest

from ledgerflow.ledger.charts import CHARTS
from ledgerflow.ledger.models import AccountType
from ledgerflow.taxforms import forms
from ledgerflow.taxforms.differences import differences
from ledgerflow.taxforms.forms import DATA, Kind, Status, TaxYearError, closed, read, tax_form, years
from ledgerflow.taxforms.keys import TaxLineError, check, key_of, tax_lines

CLOSED = [year for year in years() if tax_form(year).status is Status.CLOSED]


def test_every_closed_year_is_locked_and_no_other():
    assert set(closed()) == {f"schedule_c_{year}.toml" for year in CLOSED}


def test_the_closed_years_are_those_whose_forms_are_published():
    assert CLOSED == [2023, 2024, 2025]
    assert [year for year in years() if year not in CLOSED] == [2026]


@pytest.mark.parametrize("year", CLOSED)
def test_a_closed_year_that_was_changed_is_refused(year, tmp_path):
    name = f"schedule_c_{year}.toml"
    changed = tmp_path / name
    changed.write_text((DATA / name).read_text().replace('percent = "50"', 'percent = "51"'))

    with pytest.raises(TaxYearError, match=f"{year} is closed"):
        read(changed, locks=closed())


def test_a_closed_year_without_a_lock_is_refused(tmp_path):
    shutil.copy(DATA / "schedule_c_2024.toml", tmp_path)

    with pytest.raises(TaxYearError, match="does not lock"):
        read(tmp_path / "schedule_c_2024.toml", locks={})


@pytest.mark.parametrize(
    ("said", "instead", "sentence"),
    [
        ('key = "8",', 'key = "10",', "names a line twice"),
        ('adds = ["42"]', 'adds = ["99"]', "does not have: 99"),
        ("from = 2026-01-01", "from = 2026-07-01", "does not hold for the whole year"),
    ],
)
def test_a_form_that_contradicts_itself_is_refused(said, instead, sentence, tmp_path):
    original = (DATA / "schedule_c_2026.toml").read_text()
    assert said in original
    (tmp_path / "new.toml").write_text(original.replace(said, instead))

    with pytest.raises(TaxYearError, match=sentence):
        read(tmp_path / "new.toml", locks={})


def test_a_year_without_a_form_names_the_years_there_are():
    with pytest.raises(TaxYearError, match="2023 to 2026"):
        tax_form(1999)


@pytest.mark.parametrize("year", years())
def test_every_line_and_limit_names_its_source(year):
    form = tax_form(year)

    assert all(line.source for line in form.lines)
    limits = (form.meals, form.mileage, form.home)
    assert all(re.search(r"Instructions|Notice|Rev\. Proc\.", limit.source) for limit in limits)
    assert re.search(r"Notice \d{4}-\d+", form.mileage.source)
    assert form.home.regular_source
    assert form.car_source


@pytest.mark.parametrize("year", years())
def test_every_form_has_the_lines_of_parts_one_to_three(year):
    numbers = {line.number for line in tax_form(year).lines}

    expected = {*map(str, range(1, 16)), *map(str, range(17, 20)), *map(str, range(21, 24)), "25", "26"}
    expected |= {"16a", "16b", "20a", "20b", "24a", "24b", "27a", "27b"}
    expected |= {*map(str, range(28, 32)), *map(str, range(35, 43))}
    assert expected <= numbers


@pytest.mark.parametrize("year", years())
def test_line_28_adds_up_every_expense_and_nothing_else(year):
    form = tax_form(year)

    expenses = {line.key for line in form.lines if line.kind is Kind.EXPENSE}
    assert set(form.line("28").adds) == expenses


def test_the_rates_are_those_of_the_notices():
    assert {year: str(tax_form(year).mileage.rate) for year in years()} == {
        2023: "0.655",
        2024: "0.67",
        2025: "0.70",
        2026: "0.725",
    }


def test_a_new_year_is_a_difference_that_can_be_read():
    found = differences(tax_form(2024), tax_form(2025))

    assert found == [
        "Energy efficient commercial buildings deduction moves from line 27b to line 27a.",
        "Other expenses (listed in Part V) moves from line 27a to line 27b.",
        (
            "mileage: rate was 0.67 (Notice 2024-08; 2024 Instructions for Schedule C, line 9), "
            "is 0.70 (Notice 2025-5; 2025 Instructions for Schedule C, line 9)."
        ),
    ]


def test_a_difference_names_new_lines_lines_that_are_gone_and_lines_that_changed(tmp_path):
    text = (DATA / "schedule_c_2026.toml").read_text()
    text = text.replace('key = "8", part', 'key = "8x", part').replace('"8", "9"', '"8x", "9"')
    text = text.replace('name = "Travel"', 'name = "Journeys"')
    (tmp_path / "next.toml").write_text(text)

    found = differences(tax_form(2026), read(tmp_path / "next.toml", locks={}))

    assert "Line 8x, Advertising, is new." in found
    assert "Line 8, Advertising, is gone." in found
    assert "Line 24a: name was Travel, is Journeys." in found
    assert any(sentence.startswith("Line 28: adds was 8 9 ") for sentence in found)


def test_a_year_does_not_differ_from_itself():
    assert differences(tax_form(2025), tax_form(2025)) == []


def test_every_account_of_the_charts_has_a_tax_line_that_takes_it():
    for chart in CHARTS.values():
        for account in chart.accounts:
            check(
                account.tax_line,
                is_income=account.type == AccountType.INCOME,
                is_cost=account.type == AccountType.EXPENSE,
            )


@pytest.mark.parametrize(
    ("name", "is_income", "is_cost", "sentence"),
    [
        ("18", False, True, "no tax line “18”"),
        ("schedule-c:7", True, False, "no tax line"),
        ("schedule-c:99", False, True, "no tax line"),
        ("schedule-d:1", True, False, "no tax line"),
        ("schedule-c:18", True, False, "tax line of expense accounts"),
        ("schedule-c:1", False, True, "tax line of income accounts"),
        ("schedule-c:24b", False, False, "tax line of expense accounts"),
        ("schedule-b:1", False, True, "tax line of income accounts"),
    ],
)
def test_a_tax_line_that_does_not_exist_or_does_not_fit_is_refused(name, is_income, is_cost, sentence):
    with pytest.raises(TaxLineError, match=sentence):
        check(name, is_income=is_income, is_cost=is_cost)


def test_returns_may_stand_on_either_type():
    check("schedule-c:2", is_income=True, is_cost=False)
    check("schedule-c:2", is_income=False, is_cost=True)


def test_every_line_that_takes_accounts_is_offered_once():
    offered = [line.name for line in tax_lines()]

    assert len(set(offered)) == len(offered)
    assert {"schedule-c:9-tolls", "schedule-c:4", "schedule-c:entertainment", "schedule-b:1"} <= set(offered)
    assert not {"schedule-c:28", "schedule-c:30", "schedule-c:35"} & set(offered)


def test_a_key_is_that_of_schedule_c_alone():
    assert key_of("schedule-c:24b") == "24b"
    assert key_of("schedule-b:1") is None
    assert key_of("") is None


def test_amounts_are_read_as_decimals():
    form = tax_form(2025)

    assert all(
        isinstance(value, Decimal)
        for value in (form.meals.percent, form.meals.transport_percent, form.mileage.rate, form.home.rate)
    )
    assert forms.tax_form(2025) is form
