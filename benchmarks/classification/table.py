"""The table of ``docs/classification.md``."""

from collections.abc import Sequence
from typing import Any

COLUMNS = {
    "acc_last50": "second half",
    "acc_after50": "after 50",
    "acc_after200": "after 200",
    "acc_new": "unseen",
    "top3": "first three",
    "ece_raw": "calibration error",
    "predict_ms_per_row": "ms a line",
    "fit_last_s": "last fit, s",
    "size_mb": "MB",
}


def printed(measured: Sequence[Sequence[dict[str, Any]]], *, core: Sequence[str]) -> str:
    """Return means over all books and over the core ones, a row for each model."""
    heads = ["model", "books", *COLUMNS.values(), "accepted @ right", "books under .92"]
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    rows = [row for each in measured for row in each]
    for model in dict.fromkeys(row["model"] for row in rows):
        own = [row for row in rows if row["model"] == model]
        for name, some in (("all", own), ("core", [row for row in own if row["set"] in core])):
            lines.append(
                " | ".join(
                    [model, f"{name} {len(some)}", *(_mean(some, key) for key in COLUMNS), *_live(some)]
                )
            )
    return "\n".join(f"| {line} |" for line in lines)


def _mean(rows: Sequence[dict[str, Any]], key: str) -> str:
    values = [row[key] for row in rows if row.get(key) is not None]
    return f"{sum(values) / len(values):.3f}" if values else "-"


def _live(rows: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """Return the share accepted and how much of it was right, over all lines; and the books that fell short."""
    lines = sum(row["n"] / 2 for row in rows)
    accepted = [row["n"] / 2 * row["cov_live"] for row in rows]
    right = sum(some * (row["prec_live"] or 0) for some, row in zip(accepted, rows, strict=True))
    short = sum(
        some >= 30 and (row["prec_live"] or 0) < 0.92 for some, row in zip(accepted, rows, strict=True)
    )
    return f"{sum(accepted) / lines:.3f} @ {right / max(sum(accepted), 1):.3f}", str(short)
