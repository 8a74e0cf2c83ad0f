"""Write the expected results beside the samples: ``python -m tools.payee_lookup.tests.golden``.

A sample is a bank's text and what the search returns for it, ``null`` where nothing may be asked.
The diff is the review.
"""

import json
from pathlib import Path

from tools._shared.tests.golden import expected_path, plain
from tools.contract import Context
from tools.payee_lookup import identify_payee

SAMPLES = sorted(
    path
    for path in (Path(__file__).parent / "samples").glob("*.json")
    if not path.name.endswith(".expected.json")
)
SEARCH = "tools.search_tool.search_web"


def result_of(sample: Path) -> str:
    given = json.loads(sample.read_text(encoding="utf-8"))

    def search(*, query: str) -> object:
        assert given["results"] is not None, f"{query!r} must not be asked"
        return {"results": given["results"], "unresponsive_engines": []}

    context = Context(configuration={"language": ""}, tools={SEARCH: search})
    payee = identify_payee(given["text"], context, people=tuple(given.get("people", ())))
    return json.dumps(plain(payee), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    for sample in SAMPLES:
        expected_path(sample).write_text(result_of(sample), encoding="utf-8")


if __name__ == "__main__":
    main()
