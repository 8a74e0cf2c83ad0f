"""Read large CAMT, MT940 and QIF files with LedgerFlow's door and with peers, in turns, and print the ratios.

``python -m benchmarks.read_text_formats [LINES ROUNDS]``. LedgerFlow: file bytes to typed lines through the sandboxed
child, as an import does it. Of the peers, pycamt takes time in the square of the entries and is measured on a fiftieth
of them; the others on the same file.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import make_statements, peers
from benchmarks.table import Row, render

_OURS = """
import json, sys, time
from pathlib import Path
from ledgerflow.statements.reading import read_file
from ledgerflow.toolbox.sandbox import Sandbox
content = Path(sys.argv[1]).read_bytes()
times = []
for _ in range(3):
    began = time.perf_counter()
    reading = read_file(content=content, name="a")
    lines = len(reading.statements[0].lines)
    del reading
    times.append(time.perf_counter() - began)
answer = Sandbox("benchmarks.measured_readers").run("read", content=content, request={"name": "", "readers": None})
print(json.dumps({"time": min(times), "lines": lines, "child": int(answer[-1])}))
"""
_GOALS = {"bankstatementparser": 5, "pycamt": 5, "mt-940": 3, "quiffen": 3}


def _file(form: str, lines: int, folder: Path) -> Path:
    """Return the file of so many lines, written once; some peers read by its ending."""
    path = folder / f"{lines}.{'xml' if form == 'camt' else form}"
    if not path.exists():
        make_statements.write(form, lines, path)
    return path


def _ours(path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", _OURS, path], cwd=peers.ROOT, capture_output=True, text=True, check=True
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _peer(name: str, path: Path) -> tuple[float, int, int]:
    seconds, count, peak = peers.run("parse_statement.py", name, str(path)).split()
    return float(seconds), int(count), int(peak)


def _beside(name: str, form: str, lines: int, rounds: int, folder: Path) -> list[Row]:
    path = _file(form, lines, folder)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_ours(path))
        theirs.append(_peer(name, path))
    assert all(each["lines"] == lines for each in ours)
    assert all(each[1] == lines for each in theirs)
    fast, slow = min(each["time"] for each in ours), min(each[0] for each in theirs)
    beside = f"{name} {slow:.2f} s, {max(each[2] for each in theirs)} MB"
    what = f"{form.upper()} of {lines:,} lines, warm"
    return [
        Row(what, f"{fast:.2f} s", beside, slow / fast, "x", _GOALS[name]),
        Row(
            "the same, peak of the child above the file",
            f"{ours[0]['child']} MB",
            beside,
            ours[0]["child"] - path.stat().st_size / 1e6,
            "MB",
            250,
            at_most=True,
        ),
    ]


def _is_linear(form: str, lines: int, folder: Path) -> Row:
    """Hold the time of the whole against ten times that of a tenth."""
    part, whole = (_ours(_file(form, count, folder))["time"] for count in (lines // 10, lines))
    return Row(
        f"{form.upper()}, a line of {lines:,} beside a line of {lines // 10:,}",
        f"{whole:.2f} s",
        f"{part:.2f} s for a tenth",
        whole / part / 10,
        "x",
        1.5,
        at_most=True,
    )


def rows(lines: int, rounds: int) -> list[Row]:
    """Measure each format beside its peers; the best of each counts."""
    peers.ensure()
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found += _beside("bankstatementparser", "camt", lines, rounds, folder)
        found += _beside("pycamt", "camt", lines // 50, rounds, folder)[:1]
        found += _beside("mt-940", "mt940", lines, rounds, folder)
        found += _beside("quiffen", "qif", lines, rounds, folder)
        found += [_is_linear(form, lines, folder) for form in ("camt", "mt940", "qif")]
    return found


if __name__ == "__main__":
    print(render(rows(*(int(each) for each in sys.argv[1:3] or ("100000", "2")))))
