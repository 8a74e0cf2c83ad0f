"""Days as commands take them."""

import argparse
from datetime import date


def day(text: str) -> date:
    """Return the day that the text names as ISO 8601 does."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2026-01-31.") from error
