import pytest

from tools._shared.tests.golden import expected_path, result_of
from tools.ofx_statement import claims, read_statement
from tools.ofx_statement.tests.golden import SAMPLES


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_sample_it_reads_as_reviewed(sample):
    result = result_of(read_statement, sample)

    assert result == expected_path(sample).read_text(encoding="utf-8")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_sample_it_claims_whatever_its_name(sample):
    assert claims(sample.read_bytes(), "statement.csv")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Date,Amount\n2026-01-01,3.00\n",
        b"<html><body>Please sign in</body></html>",
        b"%PDF-1.7 <OFX in a sentence",
        b"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'/>",
        b"!Type:Bank\nD1/2'26\nT-3.00\n^\n",
    ],
)
def test_another_format_it_leaves_alone(content):
    assert not claims(content, "statement.ofx")


def test_utf_16_it_reads_with_and_without_mark():
    text = next(sample for sample in SAMPLES if sample.name == "sgml_checking.ofx").read_text(
        encoding="utf-8"
    )

    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        assert claims(text.encode(encoding), "")
