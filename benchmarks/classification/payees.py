"""How often a bank's text becomes the payee's name that other projects' tests ask for."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ledgerflow.payees.cleaning import clean_payee, payee_key

#: Pairs of bank text and name, beside the books; kept outside the repository as they are.
PAIRS = "payee_pairs.json"
#: What stands before and behind the figures in the document.
BEGIN, END = "<!-- payees of make bench-classify -->", "<!-- end of payees -->"
GOAL = 0.85


def pairs(folder: Path) -> list[dict[str, str]]:
    """Return the pairs: ``raw`` and ``clean``, of the ``kind`` display or, where case says nothing, key."""
    found: list[dict[str, str]] = json.loads((folder / "data" / "open" / PAIRS).read_text(encoding="utf-8"))
    return found


def said(found: Sequence[Mapping[str, str]]) -> str:
    """Return the figures as a table: names as they are shown, in words alone, and title case as the peers have it."""
    rows = {
        "LedgerFlow, in case (keys: in words)": _share(found, _is_exact),
        "LedgerFlow, in words": _share(found, _is_key),
        "title case alone": _share(found, _is_title),
    }
    reached = "yes" if rows["LedgerFlow, in case (keys: in words)"] >= GOAL * len(found) else "no"
    lines = [
        f"| {name} | {right} of {len(found)} | {right / len(found):.1%} |" for name, right in rows.items()
    ]
    return "\n".join(
        (
            "| payees | right | share |",
            "| --- | --- | --- |",
            *lines,
            "",
            f"Asked: at least {GOAL:.0%} in case. Reached: {reached}.",
        )
    )


def _share(found: Sequence[Mapping[str, str]], is_right: Callable[[Mapping[str, str]], bool]) -> int:
    return sum(map(is_right, found))


def _is_exact(pair: Mapping[str, str]) -> bool:
    return _is_key(pair) if pair["kind"] == "key" else clean_payee(pair["raw"]) == pair["clean"]


def _is_title(pair: Mapping[str, str]) -> bool:
    if pair["kind"] == "key":
        return pair["raw"].casefold() == pair["clean"].casefold()
    return pair["raw"].title() == pair["clean"]


def _is_key(pair: Mapping[str, str]) -> bool:
    return payee_key(pair["raw"]) == payee_key(pair["clean"])
