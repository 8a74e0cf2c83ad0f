"""Score the statement readers on a corpus of real files; fail when a format falls below its floor.

    python .ci/corpus_floor.py [CORPUS] [--raise] [--table]

The floor (``.ci/corpus_floor.json``: files done right, by format) may only rise: ``--raise`` writes what was reached.
``--table`` writes the counts by format into ``docs/formats.md``: what was read right, refused or found empty rightly,
refused though it could be read, and read wrong without a word.
The corpus and its score command lie outside the repository; without them nothing is measured, and that is said.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
FLOOR = HERE / "corpus_floor.json"
PAGE = HERE.parent / "docs" / "formats.md"
_ROW = re.compile(
    r"^(?P<format>[a-z0-9]+)\s+(?P<read>\d+)/(?P<must>\d+)\s+(?P<refused>\d+)/(?P<must_not>\d+)$"
)
_BEGIN, _END = "<!-- corpus table -->\n", "<!-- end of the corpus table -->"


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


def table(output: str, failures: str) -> str:
    """Return the counts by format as a table of Markdown.

    ``failures`` are the score command's rows of files that were not done right, with its reason in the third place.
    """
    refused, wrong = Counter[str](), Counter[str]()
    for row in failures.splitlines():
        file, _expected, reason, *_ = row.split("\t")
        (refused if reason.startswith("refused: ") else wrong)[file.partition("/")[0]] += 1
    lines = [
        "| Format | Files | Read right | Refused or empty, rightly | Refused, though it can be read | Silently wrong |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    totals = [0] * 5
    for row in filter(None, (_ROW.match(line) for line in output.splitlines())):
        name = row["format"]
        counts = [
            int(row["must"]) + int(row["must_not"]),
            int(row["read"]),
            int(row["refused"]),
            refused[name],
            wrong[name],
        ]
        totals = [one + other for one, other in zip(totals, counts, strict=True)]
        lines.append(f"| {name.upper()} | " + " | ".join(map(str, counts)) + " |")
    lines.append("| **All** | " + " | ".join(f"**{total}**" for total in totals) + " |")
    return "\n".join(lines) + "\n"


def put_in(page: str, shown: str) -> str:
    """Return the page with the table in its place."""
    before, begin, rest = page.partition(_BEGIN)
    _old, end, after = rest.partition(_END)
    if not begin or not end:
        message = "docs/formats.md has no place for the corpus table."
        raise ValueError(message)
    return before + begin + shown + end + after


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", nargs="?", type=Path, default=HERE.parents[1] / "shared" / "corpus")
    parser.add_argument("--raise", dest="lift", action="store_true")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    score = options.corpus.parent / "bin" / "score-corpus"
    if not score.is_file() or not options.corpus.is_dir():
        print(f"No corpus at {options.corpus}: nothing is measured.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        failures = Path(folder) / "failures"
        command = [sys.executable, str(score), "--corpus", str(options.corpus), "--failures", str(failures)]
        output = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parent).stdout
        shown = table(output, failures.read_text())
    print(output)
    if options.table:
        PAGE.write_text(put_in(PAGE.read_text(), shown))
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
