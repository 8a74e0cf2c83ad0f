"""Statement files for these tests, written by the demo generator, which shares no code with the readers."""

from datetime import date

from ledgerflow.pipeline.demo_statements import CHECKING_HABITS, DemoFile, Habit, ofx_files

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
NUMBER = "4416190233"


def ofx(*months: date, habits: tuple[Habit, ...] = CHECKING_HABITS, number: str = NUMBER) -> list[DemoFile]:
    """Return one proven OFX file a month."""
    return list(
        ofx_files(habits=habits, months=months, account=number, opening_cents=100000, name="checking")
    )


def large_ofx(lines: int) -> DemoFile:
    """Return one OFX file of about so many lines."""
    habit = Habit("COFFEE SHOP {n}", "meals", lines, -900, -100)
    return ofx(JANUARY, habits=(habit,))[0]
