"""Fixtures of the toolbox."""

from tests.toolbox.packages import packages, warm
from tests.toolbox.workbench import bench

__all__ = ["bench", "packages", "warm"]
