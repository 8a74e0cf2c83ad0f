"""Write the expected results beside the samples: ``python -m tools.search_tool.tests.golden``.

A sample is an answer of SearXNG as its server sent it. The diff is the review.
"""

import json
from pathlib import Path

from tools._shared.tests.golden import expected_path, plain
from tools._shared.tests.http import PlainHttp, served
from tools.contract import Context
from tools.search_tool import SearchAnswer, search_web

SAMPLES = sorted(
    path
    for path in (Path(__file__).parent / "samples").glob("*.json")
    if not path.name.endswith(".expected.json")
)
CONFIGURATION = {"language": "all", "categories": ["general"], "safe_search": 0, "timeout_seconds": 8}


def context_for(address: str, **configured: object) -> Context:
    return Context(configuration={**CONFIGURATION, "base_url": address, **configured}, http=PlainHttp())


def answer_of(sample: Path) -> SearchAnswer:
    """Return what the tool makes of the sample when a server sends it."""
    body = sample.read_bytes()
    with served(lambda _: (200, {"Content-Type": "application/json"}, body)) as address:
        return search_web("blue bottle coffee", context_for(address))


def result_of(sample: Path) -> str:
    return json.dumps(plain(answer_of(sample)), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    for sample in SAMPLES:
        expected_path(sample).write_text(result_of(sample), encoding="utf-8")


if __name__ == "__main__":
    main()
