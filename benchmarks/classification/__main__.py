"""``python -m benchmarks.classification ACT FOLDER``: make what ships, or measure.

FOLDER holds the benchmark (``bench.py``) and its books (``data/open/*.csv``). What is measured on a book was never
learned from it: base and weights are made anew for each of four groups of books, from the books of the other three.
"""

import argparse
import importlib
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.classification import adapter
from benchmarks.classification.books import GROUPS, Book, Evidence, books, evidence
from benchmarks.classification.making import make_base, make_weights, weights_text
from benchmarks.classification.table import printed
from ledgerflow.learning import base as stored_base
from ledgerflow.learning.base import Base
from ledgerflow.learning.evidence import WEIGHTS

ACTS = ("base", "weights", "measure")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classification", description=__doc__)
    parser.add_argument("act", choices=ACTS)
    parser.add_argument("folder", type=Path, help="where bench.py and data/open are")
    parser.add_argument(
        "--peers", default="", help="models of models.py to measure beside it, such as SmartImporter"
    )
    parser.add_argument("--limit", type=int, default=4000)
    options = parser.parse_args()
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
        tasks = [
            (
                options.folder,
                book.name,
                bases[place % GROUPS],
                _weights(said, place % GROUPS),
                options.peers,
                options.limit,
            )
            for place, book in enumerate(found)
        ]
        print(printed(list(pool.map(_measured, tasks)), core=_bench(options.folder).CORE["open"]))


def _others(found: list[Book], group: int) -> list[Book]:
    return [book for place, book in enumerate(found) if place % GROUPS != group]


def _weights(said: list[list[Evidence]], group: int) -> Any:
    return make_weights([each for place, some in enumerate(said) if place % GROUPS != group for each in some])


def _bench(folder: Path) -> Any:
    sys.path[:0] = [str(folder.resolve())]
    return importlib.import_module("bench")


def _measured(task: tuple[Path, str, Base, Any, str, int]) -> list[dict[str, Any]]:
    folder, name, base, weights, peers, limit = task
    bench = _bench(folder)
    rows, categories = bench.load(str(folder / "data" / "open" / f"{name}.csv"))
    adapter.Engine.base, adapter.Engine.weights = base, weights
    models = [
        adapter.Engine,
        *(getattr(importlib.import_module("models"), peer) for peer in peers.split(",") if peer),
    ]
    return [
        {
            **bench.run(model, rows[:limit], categories[:limit]),
            "set": name,
            "model": model.__name__,
            "top3": getattr(model, "top3", None) and model.top3(),
        }
        for model in models
    ]


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
