"""``python -m benchmarks.classification ACT FOLDER``: make what ships, or measure: ``make bench-classify``.

FOLDER holds the benchmark (``bench.py``) and its books (``data/open/*.csv``). What is measured on a book was never
learned from it: base and weights are made anew for each of four groups of books, from the books of the other three.
The peers run at the same time, in their own environment (``.venv-peers``), and both stand in one table. Names are
measured on pairs of bank text and name (``data/open/payee_pairs.json``), with ``payees`` alone. With ``--write`` both
take the place of those in ``docs/classification.md``.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.classification import adapter, payees
from benchmarks.classification.books import GROUPS, Book, Evidence, books, evidence
from benchmarks.classification.making import make_base, make_weights, weights_text
from benchmarks.classification.table import printed, written
from ledgerflow.learning import base as stored_base
from ledgerflow.learning.base import Base
from ledgerflow.learning.evidence import WEIGHTS

ACTS = ("base", "weights", "measure", "payees")
#: Models of the benchmark's ``models.py``: what other programs do, and the best that is known without a base.
PEERS = "SmartImporter,SureBayes,GnuCashBayes,ActualRule,LastUsed,TfidfSVCx"
DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "classification.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classification", description=__doc__)
    parser.add_argument("act", choices=ACTS)
    parser.add_argument("folder", type=Path, help="where bench.py and data/open are")
    parser.add_argument(
        "--peers", default=PEERS, help="models of models.py to measure beside it; empty for none"
    )
    parser.add_argument("--limit", type=int, default=1500)
    parser.add_argument("--write", action="store_true", help=f"put the table into {DOCUMENT.name}")
    options = parser.parse_args()
    if options.act in {"measure", "payees"}:
        _measure_payees(options.folder, is_written=options.write)
    if options.act == "payees":
        return
    found = books(options.folder / "data" / "open")
    if options.act == "base":
        made = make_base(found)
        stored_base.DATA.write_bytes(made.stored())
        print(
            f"{stored_base.DATA.name}: {len(made.categories)} categories, {stored_base.DATA.stat().st_size:,} bytes"
        )
        return
    with ProcessPoolExecutor(2) as pool:
        bases = list(pool.map(make_base, [_others(found, group) for group in range(GROUPS)]))
        said = list(pool.map(evidence, found, [bases[place % GROUPS] for place in range(len(found))]))
        if options.act == "weights":
            WEIGHTS.write_text(
                weights_text(make_weights([each for some in said for each in some])), encoding="utf-8"
            )
            print(f"{WEIGHTS.name}: from {sum(map(len, said)):,} answers")
            return
        beside = _beside(options.folder, options.peers, options.limit) if options.peers else None
        tasks = [
            (options.folder, book.name, bases[place % GROUPS], _weights(said, place % GROUPS), options.limit)
            for place, book in enumerate(found)
        ]
        rows = list(pool.map(_measured, tasks))
    if beside is not None:
        rows += _said_beside(*beside)
    table = printed(rows, core=_bench(options.folder).CORE["open"], engine=adapter.Engine.name)
    print(table)
    if options.write:
        DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8"), table), encoding="utf-8")


def _measure_payees(folder: Path, *, is_written: bool) -> None:
    said = payees.said(payees.pairs(folder))
    print(said)
    if is_written:
        document = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(written(document, said, begin=payees.BEGIN, end=payees.END), encoding="utf-8")


def _beside(folder: Path, models: str, limit: int) -> tuple[subprocess.Popen[bytes], Path]:
    """Let the benchmark itself measure the peers, book by book."""
    peers.ensure()
    out = Path(tempfile.mkdtemp()) / "peers.jsonl"
    asked = ["--models", models, "--limit", str(limit), "--out", str(out), "--all-sets"]
    command = [str(peers.PYTHON), "-W", "ignore", str(folder / "bench.py"), *asked]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL), out


def _said_beside(running: subprocess.Popen[bytes], out: Path) -> list[dict[str, Any]]:
    if running.wait():
        raise SystemExit("The peers could not be measured.")
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return [{**row, "model": row["cls"]} for row in rows]


def _others(found: list[Book], group: int) -> list[Book]:
    return [book for place, book in enumerate(found) if place % GROUPS != group]


def _weights(said: list[list[Evidence]], group: int) -> Any:
    return make_weights([each for place, some in enumerate(said) if place % GROUPS != group for each in some])


def _bench(folder: Path) -> Any:
    sys.path[:0] = [str(folder.resolve())]
    return importlib.import_module("bench")


def _measured(task: tuple[Path, str, Base, Any, int]) -> dict[str, Any]:
    folder, name, base, weights, limit = task
    bench = _bench(folder)
    rows, categories = bench.load(str(folder / "data" / "open" / f"{name}.csv"))
    adapter.Engine.base, adapter.Engine.weights = base, weights
    measured = bench.run(adapter.Engine, rows[:limit], categories[:limit])
    return {**measured, "set": name, "model": adapter.Engine.name, "top3": adapter.Engine.top3()}


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
