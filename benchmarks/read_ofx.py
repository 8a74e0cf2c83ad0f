"""Read one large OFX file with LedgerFlow's door and with ofxtools, in turns, and print the ratio.

``python -m benchmarks.read_ofx [LINES ROUNDS]``. LedgerFlow: file bytes to typed lines through the sandboxed
child, as an import does it, the start of the warm process included in ``cold``. ofxtools (GPL, never a dependency):
parse and convert, in an environment of its own (see :mod:`benchmarks.peers`).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import peers
from benchmarks.make_ofx import write_ofx
from benchmarks.table import Row, render

_MEASURE = """
import json, resource, sys, time
from pathlib import Path
{imports}
times = []
for _ in range({repeats}):
    content = Path(sys.argv[1]).read_bytes()
    began = time.perf_counter()
    {work}
    times.append(time.perf_counter() - began)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({{"times": times, "lines": lines, "peak": peak, "child": globals().get("child", 0)}}))
"""
_OURS = _MEASURE.format(
    imports="from ledgerflow.statements.reading import read_file",
    repeats=3,
    work='reading = read_file(content=content, name="a.ofx"); lines = len(reading.statements[0].lines); del reading',
)
_OUR_CHILD = _MEASURE.format(
    imports="from ledgerflow.toolbox.sandbox import Sandbox; sandbox = Sandbox('benchmarks.measured_readers')",
    repeats=1,
    work='answer = sandbox.run("read", content=content, request={"name": "", "readers": None});'
    " child = int(answer[-1]); lines = 0",
)
_PEER = _MEASURE.format(
    imports="import io; from ofxtools.Parser import OFXTree",
    repeats=1,
    work="tree = OFXTree(); tree.parse(io.BytesIO(content)); lines = len(tree.convert().statements[0].transactions)",
)


def _run(python: Path, script: str, path: Path) -> dict[str, object]:
    done = subprocess.run(
        [python, "-c", script, path], cwd=peers.ROOT, capture_output=True, text=True, check=True
    )
    result: dict[str, object] = json.loads(done.stdout)
    return result


def rows(lines: int, rounds: int) -> list[Row]:
    """Measure both in turns; the best of each counts, cold being the first file of a new process."""
    peers.ensure()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.ofx"
        write_ofx(lines, path)
        ours, peer = [], []
        for _ in range(rounds):
            ours.append(_run(Path(sys.executable), _OURS, path))
            peer.append(_run(peers.PYTHON, _PEER, path))
        child = _run(Path(sys.executable), _OUR_CHILD, path)["child"]
    assert all(result["lines"] == lines for result in ours + peer)
    cold = min(result["times"][0] for result in ours)
    warm = min(min(result["times"][1:]) for result in ours)
    slow = min(result["times"][0] for result in peer)
    peak = max(result["peak"] for result in ours)
    beside = f"ofxtools {slow:.2f} s, {max(result['peak'] for result in peer)} MB"
    return [
        Row(f"OFX of {lines:,} lines, warm", f"{warm:.2f} s", beside, slow / warm, "x", 12),
        Row("the same, cold", f"{cold:.2f} s", beside, slow / cold, "x", 12),
        Row(
            "the same, peak of each process",
            f"{peak} and {child} MB",
            beside,
            max(peak, child),
            "MB",
            200,
            at_most=True,
        ),
    ]


if __name__ == "__main__":
    print(render(rows(*(int(each) for each in sys.argv[1:3] or ("100000", "3")))))
