"""Fixtures of the toolbox."""

from tests.toolbox.packages import packages, warm

__all__ = ["packages", "warm"]
