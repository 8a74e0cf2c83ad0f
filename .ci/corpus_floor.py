"""Score the statement readers on a corpus of real files; fail when a format falls below its floor.

    python .ci/corpus_floor.py [CORPUS] [--raise]

The floor (``.ci/corpus_floor.json``: files done right, by format) may only rise: ``--raise`` writes what was reached.
The corpus and its score command lie outside the repository; without them nothing is measured, and that is said.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
FLOOR = HERE / "corpus_floor.json"
_ROW = re.compile(r"^(?P<format>[a-z0-9]+)\s+(?P<read>\d+)/\d+\s+(?P<refused>\d+)/\d+$")


def reached(output: str) -> dict[str, int]:
    """Return files done right by format, from the table that the score command prints."""
    rows = (_ROW.match(line) for line in output.splitlines())
    return {row["format"]: int(row["read"]) + int(row["refused"]) for row in rows if row}


def fallen(floor: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """Return a sentence for each format that is below its floor."""
    return [
        f"{name}: {now.get(name, 0)} files right, the floor is {least}."
        for name, least in sorted(floor.items())
        if now.get(name, 0) < least
    ]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", nargs="?", type=Path, default=HERE.parents[1] / "shared" / "corpus")
    parser.add_argument("--raise", dest="lift", action="store_true")
    options = parser.parse_args()
    score = options.corpus.parent / "bin" / "score-corpus"
    if not score.is_file() or not options.corpus.is_dir():
        print(f"No corpus at {options.corpus}: nothing is measured.")
        return 0
    command = [sys.executable, str(score), "--corpus", str(options.corpus)]
    output = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parent).stdout
    print(output)
    floor: dict[str, int] = json.loads(FLOOR.read_text())
    now = reached(output)
    problems = fallen(floor, now)
    for problem in problems:
        print(problem)
    higher = {name: max(count, floor.get(name, 0)) for name, count in now.items()}
    if higher != floor and not problems:
        if options.lift:
            FLOOR.write_text(json.dumps(higher, indent=2, sort_keys=True) + "\n")
            print("The floor has been raised.")
        else:
            print(f"The floor can be raised to {higher}: make score RAISE=--raise")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
