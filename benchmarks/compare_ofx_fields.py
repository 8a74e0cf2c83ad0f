"""Compare every field that LedgerFlow and ofxtools both read: ``python benchmarks/compare_ofx_fields.py CORPUS_DIR``.

ofxtools runs in an environment of its own (see ``read_ofx.py``). Differences that are argued are counted apart:
ofxtools moves dates into UTC, where a time late in the evening belongs to the next day.
"""

import collections
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from ledgerflow.statements.reading import FileReading, read_file

_PEER_PYTHON = Path(__file__).parent.parent / ".venv-peers" / "bin" / "python"
_PEER = """
import io, json, sys, warnings
from ofxtools.Parser import OFXTree
warnings.simplefilter("ignore")
def text(value):
    return None if value is None else str(value)
for path in sys.argv[1:]:
    try:
        tree = OFXTree()
        tree.parse(io.BytesIO(open(path, "rb").read()))
        ofx = tree.convert()
        statements = []
        for statement in ofx.statements:
            lines = []
            for row in statement.transactions or []:
                for line in [row.stmttrn if type(row).__name__ == "INVBANKTRAN" else row]:
                    if type(line).__name__ == "STMTTRN":
                        payee = line.payee
                        lines.append({
                            "date": line.dtposted.date().isoformat(), "amount": text(line.trnamt),
                            "bank_id": text(line.fitid), "checknum": text(line.checknum), "refnum": text(line.refnum),
                            "name": text(line.name) or (None if payee is None else text(payee.name)),
                            "memo": text(line.memo),
                        })
            ledger = None if type(statement).__name__ == "INVSTMTRS" else statement.ledgerbal
            balance = None if ledger is None else ledger.balamt
            statements.append({"account": text(statement.account.acctid), "currency": text(statement.curdef),
                               "closing": text(balance), "lines": lines})
        print(json.dumps({"file": path, "statements": statements}))
    except Exception as error:
        print(json.dumps({"file": path, "error": type(error).__name__}))
"""


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _differences(ours: FileReading, peer: list[dict[str, object]]) -> list[str]:
    if len(ours.statements) != len(peer):
        return [f"statements: {len(ours.statements)} and {len(peer)}"]
    found = []
    for statement, other in zip(ours.statements, peer, strict=True):
        closing = None if other["closing"] is None else Decimal(str(other["closing"]))
        for name, mine, theirs in (
            ("account", statement.account, other["account"]),
            ("currency", statement.currency, other["currency"]),
            ("closing balance", statement.closing_balance, closing),
            ("number of lines", len(statement.lines), len(other["lines"])),
        ):
            if mine != theirs:
                found.append(f"{name}: {mine} and {theirs}")
        for line, row in zip(statement.lines, other["lines"], strict=False):
            for name, mine, theirs in (
                ("date", line.date.isoformat(), row["date"]),
                ("amount", line.amount, Decimal(row["amount"])),
                ("bank id", line.bank_id, row["bank_id"]),
                ("reference", line.reference, row["checknum"] or row["refnum"]),
                ("counterparty", _one_line(line.counterparty), _one_line(row["name"])),
                ("memo", _one_line(row["memo"]) in _one_line(line.description), True),
            ):
                if mine != theirs:
                    found.append(f"{name}: {mine} and {theirs}")
    return found


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    paths = sorted(
        path
        for path in Path(sys.argv[1]).rglob("*")
        if path.suffix.lower() in {".ofx", ".qfx", ".qbo", ".xml"}
    )
    ours = {path: read_file(content=path.read_bytes(), name=path.name) for path in paths}
    paths = [path for path in paths if ours[path].format == "ofx" or ours[path].status == "refused"]
    done = subprocess.run([_PEER_PYTHON, "-c", _PEER, *paths], capture_output=True, text=True, check=True)
    peer = {Path(answer["file"]): answer for answer in map(json.loads, done.stdout.splitlines())}
    outcome, kinds = collections.Counter[str](), collections.Counter[str]()
    for path in paths:
        mine, other = ours[path], peer[path]
        if mine.status == "refused" or "error" in other:
            outcome["read by LedgerFlow only" if mine.status != "refused" else "refused by LedgerFlow"] += 1
            if mine.status == "refused" and "error" not in other:
                print(f"{path.name}: ofxtools reads it; we say: {mine.error}")
            continue
        found = _differences(mine, other["statements"])
        moved = [each for each in found if each.startswith("date: ")]
        outcome["equal" if not found else "equal but for moved dates" if found == moved else "different"] += 1
        kinds.update(each.split(":")[0] for each in found)
        for each in found:
            print(f"{path.name}: {each}")
    print(f"\n{len(paths)} files: {dict(outcome)}; differing fields: {dict(kinds)}")


if __name__ == "__main__":
    main()
