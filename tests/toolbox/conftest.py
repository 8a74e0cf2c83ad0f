"""Fixtures of the toolbox."""

from tests.toolbox.packages import packages

__all__ = ["packages"]
