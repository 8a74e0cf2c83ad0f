"""Write the expected results beside the samples: ``python -m tools.ofx_statement.tests.golden``."""

from tools._shared.tests.golden import samples_beside, write_expected
from tools.ofx_statement import read_statement

SAMPLES = samples_beside(__file__)

if __name__ == "__main__":
    write_expected(read_statement, SAMPLES)
