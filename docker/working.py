"""Exit 0 when the worker of this container's kind (default or backups) gives signs of life. The health check of both.

`ledgerflow worker --check` says the same, but takes ten times as long to start.
"""

import os
import sys

import psycopg

from ledgerflow.core.signs_of_life import KEEPER_IS_ALIVE, WORKER_IS_ALIVE

question = KEEPER_IS_ALIVE if sys.argv[1:] == ["backups"] else WORKER_IS_ALIVE
try:
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as session:
        row = session.execute(question).fetchone()
except psycopg.Error as error:
    sys.exit(f"The database does not answer: {error}")
if not row or not row[0]:
    sys.exit("No worker gave a sign of life within the last half minute.")
