"""Fixtures of the toolbox."""

from tests.toolbox.packages import _packages_of_ledgerflow_are_described_once, packages, warm
from tests.toolbox.workbench import bench

__all__ = ["_packages_of_ledgerflow_are_described_once", "bench", "packages", "warm"]
