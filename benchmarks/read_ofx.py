"""Read one large OFX file with LedgerFlow's door and with ofxtools, in turns, and print the ratio.

``python benchmarks/read_ofx.py [LINES] [ROUNDS]``. LedgerFlow: file bytes to typed lines through the sandboxed
child, as an import does it, the start of the warm process included in ``cold``. ofxtools (GPL, never a dependency):
parse and convert, in an environment of its own:
``python3 -m venv .venv-peers && .venv-peers/bin/pip install ofxtools``.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_PEER_PYTHON = _ROOT / ".venv-peers" / "bin" / "python"
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
    done = subprocess.run([python, "-c", script, path], cwd=_ROOT, capture_output=True, text=True, check=True)
    result: dict[str, object] = json.loads(done.stdout)
    return result


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    if not _PEER_PYTHON.exists():
        sys.exit("ofxtools is missing: python3 -m venv .venv-peers && .venv-peers/bin/pip install ofxtools")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.ofx"
        subprocess.run([sys.executable, _ROOT / "benchmarks" / "make_ofx.py", str(lines), path], check=True)
        ours, peer = [], []
        for _ in range(rounds):
            ours.append(_run(Path(sys.executable), _OURS, path))
            peer.append(_run(_PEER_PYTHON, _PEER, path))
        child = _run(Path(sys.executable), _OUR_CHILD, path)["child"]
        size = path.stat().st_size
    assert all(result["lines"] == lines for result in ours + peer)
    cold = min(result["times"][0] for result in ours)
    warm = min(min(result["times"][1:]) for result in ours)
    slow = min(result["times"][0] for result in peer)
    peak, peer_peak = max(result["peak"] for result in ours), max(result["peak"] for result in peer)
    print(f"OFX, {lines:,} transactions, {size / 1e6:.0f} MB, best of {rounds} rounds in turns\n")
    print(f"{'':34}{'seconds':>9}{'lines/s':>12}{'ratio':>8}{'peak MB':>18}")
    print(f"{'ofxtools, parse and convert':34}{slow:9.2f}{lines / slow:12,.0f}{1:8.1f}{peer_peak:18}")
    both = f"{peak} + {child} (child)"
    print(
        f"{'LedgerFlow, sandboxed door, cold':34}{cold:9.2f}{lines / cold:12,.0f}{slow / cold:8.1f}{both:>18}"
    )
    print(
        f"{'LedgerFlow, sandboxed door, warm':34}{warm:9.2f}{lines / warm:12,.0f}{slow / warm:8.1f}{both:>18}"
    )


if __name__ == "__main__":
    main()
