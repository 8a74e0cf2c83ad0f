"""Parse a statement: ``parse_statement.py PEER FILE`` prints seconds, transactions and peak memory in MB."""

import importlib
import resource
import sys
import time
from pathlib import Path

_MODULES = {
    "bankstatementparser": "bankstatementparser",
    "pycamt": "pycamt.parser",
    "mt-940": "mt940",
    "quiffen": "quiffen",
}
_COUNTS = {
    "bankstatementparser": lambda peer, path: len(peer.CamtParser(path).parse()),
    "pycamt": lambda peer, path: len(peer.Camt053Parser(Path(path).read_bytes()).get_transactions()),
    "mt-940": lambda peer, path: len(peer.parse(path).transactions),
    "quiffen": lambda peer, path: sum(
        len(rows)
        for account in peer.Qif.parse(path, day_first=False).accounts.values()
        for rows in account.transactions.values()
    ),
}

name, path = sys.argv[1:]
peer = importlib.import_module(_MODULES[name])
began = time.perf_counter()
count = _COUNTS[name](peer, path)
print(time.perf_counter() - began, count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
