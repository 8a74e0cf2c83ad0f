"""Write the expected results beside the samples: ``python -m tools.exchange_rates.tests.golden``.

The diff is the review.
"""

import json
from pathlib import Path

from tools._shared.tests.golden import expected_path, plain
from tools.contract import Context, ToolError
from tools.exchange_rates import read_rates

SAMPLES = sorted(path for path in (Path(__file__).parent / "samples").iterdir() if path.suffix != ".json")
NO_NETWORK = Context(configuration={"base_url": "https://rates.example/", "addresses": []})


def result_of(sample: Path) -> str:
    """Return what reading the sample gives, as JSON."""
    try:
        result = plain(read_rates(NO_NETWORK, content=sample.read_bytes()))
    except ToolError as refusal:
        result = {"refused": str(refusal)}
    return json.dumps(result, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    for sample in SAMPLES:
        expected_path(sample).write_text(result_of(sample), encoding="utf-8")


if __name__ == "__main__":
    main()
