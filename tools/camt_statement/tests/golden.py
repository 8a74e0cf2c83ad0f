"""Write the expected results beside the samples: ``python -m tools.camt_statement.tests.golden``."""

from tools._shared.tests.golden import samples_beside, write_expected
from tools.camt_statement import read_statement

SAMPLES = samples_beside(__file__)

if __name__ == "__main__":
    write_expected(read_statement, SAMPLES)
