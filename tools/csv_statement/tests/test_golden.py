import json

import pytest

from tools.csv_statement import claims
from tools.csv_statement.tests.golden import expectation, read, samples


@pytest.mark.parametrize("path", samples(), ids=lambda path: path.name)
def test_it_reads_the_sample_as_expected(path):
    expected = json.loads(expectation(path).read_text(encoding="utf-8"))

    found = read(path)

    assert found == expected


@pytest.mark.parametrize("path", samples(), ids=lambda path: path.name)
def test_it_claims_the_sample(path):
    assert claims(path.read_bytes(), path.name)
