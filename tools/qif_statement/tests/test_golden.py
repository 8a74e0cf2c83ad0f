import pytest

from tools._shared.tests.golden import expected_path, result_of
from tools.qif_statement import claims, read_statement
from tools.qif_statement.tests.golden import SAMPLES


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
        b"Date,Amount\n2026-01-01,3.00\n",
        b"%PDF-1.7\n:20:A",
        b"",
        b"<html><body>Please sign in</body></html>",
        b"OFXHEADER:100\n<OFX><STMTTRN>",
        b":20:A\n:25:1\n:60F:C260101EUR1,\n",
        b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'/>",
        b"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.03'/>",
        b"Dear reader,\nthe time was\n10:20: a letter",
    ],
)
def test_another_format_it_leaves_alone(content):
    assert not claims(content, "statement.qif")
