"""The warm processes of the tools that are no readers: one for what comes with LedgerFlow, one for each other package.

What a package does to the interpreter while it is imported, it does to its own calls alone.
"""

from ledgerflow.toolbox.built_in import BUILT_IN
from ledgerflow.toolbox.sandbox import Sandbox

_MODULE = "ledgerflow.toolbox.tool_jobs"


class ToolSandboxes:
    """Finds the sandbox of a package; each starts its process at the first call."""

    def __init__(self) -> None:
        self._built_in = Sandbox(_MODULE, BUILT_IN)
        self._others: dict[str, Sandbox] = {}

    def of(self, package: str) -> Sandbox:
        """Return the sandbox in which the tools of the package run."""
        if package in BUILT_IN:
            return self._built_in
        # No lock, which a fork beside threads would leave held: one made twice is never started.
        return self._others.get(package) or self._others.setdefault(package, Sandbox(_MODULE, [package]))

    def close(self) -> None:
        """Stop all warm processes; the next call starts another."""
        for sandbox in (self._built_in, *self._others.values()):
            sandbox.close()
