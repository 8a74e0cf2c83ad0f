"""What of a tool's limits the kernel enforces here, beside those that hold everywhere."""

import subprocess
import sys
from functools import cache

from ledgerflow.toolbox.isolation import NEW_NETWORK, NEW_USERS

_SECONDS = 20
_TRIAL = f"import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare({NEW_USERS | NEW_NETWORK}) != 0)"


@cache
def network_is_closed() -> bool:
    """Whether the kernel closes the network to the processes of tools. Tried once, in a process of its own."""
    try:
        tried = subprocess.run(  # noqa: S603 - our own interpreter and words
            [sys.executable, "-I", "-S", "-c", _TRIAL], timeout=_SECONDS, check=False, capture_output=True
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0
