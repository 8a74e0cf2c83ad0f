"""The one table of all measurements."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A measurement beside its peer or floor; ``factor`` is held against ``goal``, where there is one."""

    name: str
    measured: str
    beside: str
    factor: float
    unit: str
    goal: float | None = None
    at_most: bool = False

    def cells(self) -> tuple[str, ...]:
        """Return the row's texts: name, measured, beside, factor, goal, whether it is met."""
        goal = verdict = ""
        if self.goal is not None:
            goal = f"{'at most' if self.at_most else 'at least'} {self.goal:,g} {self.unit}"
            is_met = self.factor <= self.goal if self.at_most else self.factor >= self.goal
            verdict = "met" if is_met else "not met"
        digits = 0 if self.factor >= 100 else 1 if self.factor >= 3 else 2
        return (
            self.name,
            self.measured,
            self.beside,
            f"{self.factor:,.{digits}f} {self.unit}",
            goal,
            verdict,
        )


_HEAD = ("what", "measured", "peer or floor", "result", "goal", "")


def render(rows: list[Row]) -> str:
    """Return the rows as a Markdown table that also reads well on a terminal."""
    cells = [_HEAD, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "| " + " | ".join(f"{text:{width}}" for text, width in zip(each, widths, strict=True)) + " |"
        for each in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"
