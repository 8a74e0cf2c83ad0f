"""Worked cases of Schedule C against the published instructions; see ``cases.toml``."""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledgerflow.taxforms.facts import Car, CarMethod, Facts, HomeMethod, HomeUse
from ledgerflow.taxforms.forms import tax_form
from ledgerflow.taxforms.schedule_c import AccountFigure, worksheet

CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("cases.toml").read_text())["case"]

_CAR = {"business": "business_miles", "commuting": "commuting_miles", "other": "other_miles"}
_HOME = {"office": "office_square_feet", "home": "home_square_feet"}


def _accounts(said: dict[str, Any]) -> Iterator[AccountFigure]:
    for key, amounts in said.items():
        for each in amounts if isinstance(amounts, list) else [amounts]:
            gross, share = each if isinstance(each, list) else (each, "100")
            yield AccountFigure(0, key, key, key, Decimal(gross), Decimal(share))


def _facts(case: dict[str, Any]) -> Facts:
    car = {_CAR[name]: Decimal(value) for name, value in case.get("car", {}).items() if name in _CAR}
    home = {
        _HOME.get(name, name): value if name == "months" else Decimal(value)
        for name, value in case.get("home", {}).items()
        if name != "method"
    }
    beginning, ending = case.get("inventory", ("0", "0"))
    return Facts(
        car=Car(method=CarMethod(case.get("car", {}).get("method", "books")), **car),
        home=HomeUse(method=HomeMethod(case.get("home", {}).get("method", "none")), **home),
        inventory_beginning=Decimal(beginning),
        inventory_ending=Decimal(ending),
        is_transport_worker=case.get("transport", False),
    )


def test_there_are_at_least_60_cases_and_each_names_its_source_and_its_arithmetic():
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert all(case["source"] and case["hand"] and case["expect"] for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_it_is_worked_out_as_by_hand(case):
    sheet = worksheet(
        tax_form(case["year"]),
        list(_accounts(case.get("accounts", {}))),
        _facts(case),
        whole_dollars=case.get("whole_dollars", False),
    )

    worked_out = {key: str(sheet.amount(key)) for key in case["expect"]}
    assert worked_out == case["expect"], case["hand"]
    assert {key: sheet.row(key).line.number for key in case.get("numbers", {})} == case.get("numbers", {})
    if "carryover" in case:
        assert sheet.carryover == Decimal(case["carryover"])
