"""Every fault that changes a sum is detected; where balances stand after the rows, the sentence names the row."""

import os
import re
import sys
from collections import Counter
from decimal import Decimal

from ledgerflow.statements.proof import Outcome, prove
from tests.statements.faults import SINGLE, Fault, faults, has_running, proven

#: ``make faults`` asks for 5,000.
_IS_WHOLE = "FAULTS" in os.environ
_STATEMENTS = int(os.environ.get("FAULTS", "200"))
_LEAST_LOCATED = 0.95
_NAMED = re.compile(r"line (\d+) \(")
_AMOUNT = re.compile(r"-?\d+\.\d\d")


def _is_located(fault: Fault, detail: str) -> bool:
    """Whether the sentence names a row that the fault stands at, and the amount that is missing or wrong."""
    numbers = [line.place["line"] for line in fault.statement.lines]
    named = {numbers[int(found) - 1] for found in _NAMED.findall(detail)}
    stated = {abs(Decimal(found)) for found in _AMOUNT.findall(detail)}
    return bool(named & fault.rows) and fault.amount is not None and abs(fault.amount) in stated


def test_every_fault_is_detected_and_single_rows_are_named_where_balances_stand():
    put, missed, located, found = Counter[str](), [], Counter[str](), 0
    for seed in range(_STATEMENTS):
        statement = proven(seed)
        assert prove(statement).outcome is Outcome.PROVEN, seed
        for fault in faults(statement, seed):
            proof = prove(fault.statement)
            found += proof.outcome is Outcome.DISCREPANCY
            if proof.outcome is not Outcome.DISCREPANCY:
                missed.append((seed, fault.kind))
            elif has_running(statement) and fault.kind in SINGLE:
                put[fault.kind] += 1
                located[fault.kind] += _is_located(fault, proof.detail or "")

    if _IS_WHOLE:
        named = ", ".join(f"{kind} {located[kind]} of {put[kind]}" for kind in SINGLE)
        sys.stdout.write(
            f"\n{found} faults in {_STATEMENTS} statements detected; named where balances stand: {named}\n"
        )
    assert missed == []
    assert located.total() >= _LEAST_LOCATED * put.total()
    assert all(located[kind] >= _LEAST_LOCATED * put[kind] for kind in SINGLE)
