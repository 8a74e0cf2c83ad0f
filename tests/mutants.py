"""`make mutants`: break the ledger and the proof on purpose, and count how much of it the tests notice.

mutmut copies the project to ``mutants/`` and changes one thing at a time in the files that ``[tool.mutmut]``
names. It passes over functions that are decorated, and SQL is not changed at all.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEAST_SHARE = 0.85


def main() -> int:
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    subprocess.run([mutmut, "run"], cwd=ROOT, check=True)
    subprocess.run([mutmut, "export-cicd-stats"], cwd=ROOT, check=True, capture_output=True)
    counts = json.loads((ROOT / "mutants" / "mutmut-cicd-stats.json").read_text())
    listed = subprocess.run([mutmut, "results"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    unnoticed = Counter(line.strip().partition("__mutmut_")[0] for line in listed.splitlines() if ":" in line)
    print()
    for function, count in unnoticed.most_common():
        print(f"{count:4} unnoticed in {function.replace('.x_', '.', 1)}")
    noticed = counts["killed"] + counts["timeout"] + counts["segfault"]
    changed = counts["total"] - counts["skipped"]
    share = noticed / changed
    print(f"{noticed} of {changed} changes were noticed: {share:.1%}; at least {LEAST_SHARE:.0%} must be.")
    return 0 if share >= LEAST_SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
