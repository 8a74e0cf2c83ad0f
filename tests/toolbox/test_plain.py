"""Values as JSON, and as they are kept."""

import datetime as dt
from decimal import Decimal

import pytest

from ledgerflow.toolbox.plain import NotPlainError, as_plain, digest, storable


def test_amounts_days_and_bytes_become_texts():
    assert as_plain({"a": Decimal("1.10"), "b": [dt.date(2026, 1, 2), b"\xff\xfe"]}) == {
        "a": "1.10",
        "b": ["2026-01-02", "__4="],
    }


@pytest.mark.parametrize("value", [object(), float("inf"), {1, 2}, {"a": {"b": object()}}])
def test_what_json_does_not_know_is_refused(value):
    with pytest.raises(NotPlainError):
        as_plain(value)


def test_the_order_of_names_is_no_difference():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1}) != digest({"a": 1, "b": 3})


def test_nothing_is_kept_none_and_short_values_as_they_are():
    assert storable({"a": [1, "x", None, True]}) == {"a": [1, "x", None, True]}


def test_long_and_deep_values_are_kept_as_hash_and_counts():
    deep = "end"
    for _ in range(800):
        deep = [deep]

    assert storable({"file": "x" * 3000, "n": 1}) == {
        "file": {"sha256": storable("x" * 3000)["sha256"], "characters": 3000},
        "n": 1,
    }
    assert set(storable(["x" * 1000] * 1000)) == set(storable(deep)) == {"sha256", "bytes"}


def test_what_postgresql_does_not_hold_is_replaced():
    assert storable({"a\0": "b\0\ud800"}) == {"a\\0": "b\\0?"}
