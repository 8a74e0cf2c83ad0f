"""What of a tool's limits the kernel enforces here, beside those that hold everywhere."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

_SECONDS = 20
_TRIAL = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from ledgerflow.toolbox.isolation import close_network; sys.exit(not close_network())"
)


@cache
def network_is_closed() -> bool:
    """Whether the kernel closes the network to the processes of tools. Tried once, in a process of its own."""
    search_path = json.dumps([str(Path(entry).absolute()) for entry in sys.path])
    try:
        tried = subprocess.run(  # noqa: S603 - our own interpreter and words
            [sys.executable, "-I", "-S", "-c", _TRIAL, search_path],
            timeout=_SECONDS,
            check=False,
            capture_output=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0
