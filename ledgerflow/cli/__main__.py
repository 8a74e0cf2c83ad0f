"""``python -m ledgerflow.cli``: the same as the console script."""

import sys

from ledgerflow.cli import main

sys.exit(main())
