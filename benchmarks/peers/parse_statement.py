# ruff: noqa: PLC0415 - each peer is imported alone, so that its memory is its own
"""Parse a statement: ``parse_statement.py PEER FILE`` prints seconds, transactions and peak memory in MB."""

import resource
import sys
import time


def _bankstatementparser(path: str) -> int:
    from bankstatementparser import CamtParser

    return len(CamtParser(path).parse())


def _pycamt(path: str) -> int:
    from pycamt.parser import Camt053Parser

    with open(path, "rb") as file:  # noqa: PTH123 - bytes, as the peer wants them
        return len(Camt053Parser(file.read()).get_transactions())


def _mt940(path: str) -> int:
    import mt940

    return len(mt940.parse(path).transactions)


def _quiffen(path: str) -> int:
    from quiffen import Qif

    accounts = Qif.parse(path, day_first=False).accounts.values()
    return sum(len(rows) for account in accounts for rows in account.transactions.values())


_PEERS = {
    "bankstatementparser": _bankstatementparser,
    "pycamt": _pycamt,
    "mt-940": _mt940,
    "quiffen": _quiffen,
}
began = time.perf_counter()
count = _PEERS[sys.argv[1]](sys.argv[2])
print(time.perf_counter() - began, count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
