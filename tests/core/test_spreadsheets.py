"""No spreadsheet computes what a bank wrote."""

import pytest

from ledgerflow.core.spreadsheets import harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1"])
def test_what_looks_like_a_formula_stands_behind_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Coffee", "1-2", "a=b"])
def test_other_text_stays(text):
    assert harmless(text) == text
