"""The one process that runs PostgreSQL for a data directory.

`python -m ledgerflow.embedded.supervisor DATA_DIR GRACE` is started by `server.ensure_running`. It detaches
itself, says one line of JSON on standard output (ready, or what went wrong; nothing when another supervisor
is at work), and stays until nobody holds a lease. Who is there is told by kernel locks alone, so no kill
leaves a wrong answer behind.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from types import FrameType

from ledgerflow.embedded.cluster import Cluster
from ledgerflow.embedded.errors import EmbeddedError
from ledgerflow.embedded.folder import DataFolder
from ledgerflow.embedded.locks import FileLock
from ledgerflow.embedded.receiver import Receiver

#: Seconds that crash recovery, and a stop that must write much, may take.
PATIENCE = 600.0
_POLL = 0.1
#: Others look at the lock for microseconds; whoever has it for this long is a supervisor.
_LOOK_AGAIN = 0.2


class _Ending(Enum):
    """Why the server is no longer to be waited for."""

    UNUSED = auto()
    DIED = auto()
    REPLACED = auto()


def supervise(folder: DataFolder, *, grace: float) -> None:
    """Run the server until nobody has held a lease for `grace` seconds; return at once if another does.

    :raises EmbeddedError: the server cannot be started.
    """
    with (
        FileLock(folder.supervisor) as alone,
        FileLock(folder.lease) as lease,
        FileLock(folder.ready) as ready,
    ):
        if not _taken_within(alone, _LOOK_AGAIN):
            return
        cluster, receiver = Cluster(folder), Receiver(folder)
        try:
            while True:
                cluster.start(deadline=time.monotonic() + PATIENCE)
                ready.wait_exclusive()
                _report({"ready": True})
                # Of the server before this one, which sent it its last before it ended; nobody waits for that.
                receiver.stop()
                ending = _wait_while_used(folder, cluster, receiver, lease, grace=grace)
                if ending is _Ending.UNUSED:
                    return
                # Let newcomers wait until PostgreSQL has recovered, or its replacement runs.
                ready.release()
                if ending is _Ending.REPLACED:
                    cluster.stop(patience=PATIENCE)
                else:
                    time.sleep(_POLL)
        finally:
            ready.release()
            # The lease, if it was taken, is kept meanwhile: who comes now waits for the end and starts anew.
            cluster.stop(patience=PATIENCE)
            # Only now: the receiver has been sent the last of the WAL.
            receiver.stop()


def _wait_while_used(
    folder: DataFolder, cluster: Cluster, receiver: Receiver, lease: FileLock, *, grace: float
) -> _Ending:
    """Return when nobody uses the server (then holding the lease alone), when it is gone or to be replaced."""
    unused_since: float | None = None
    while cluster.is_running():
        if folder.replacement.exists():
            return _Ending.REPLACED
        receiver.tend()
        if lease.try_exclusive():
            unused_since = unused_since or time.monotonic()
            if time.monotonic() - unused_since >= grace:
                return _Ending.UNUSED
            lease.release()
        else:
            unused_since = None
        time.sleep(_POLL)
    return _Ending.DIED


def _taken_within(lock: FileLock, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not lock.try_exclusive():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _report(message: Mapping[str, object]) -> None:
    """Tell the starter, once; afterwards standard output leads nowhere."""
    with suppress(BrokenPipeError):
        os.write(1, json.dumps(message).encode() + b"\n")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> None:
    """Detach from the starter and supervise."""
    if os.fork() != 0:
        os._exit(0)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    data_dir, grace = sys.argv[1:]
    try:
        supervise(DataFolder.at(Path(data_dir)), grace=float(grace))
    except (EmbeddedError, OSError) as error:
        # Whoever started this may have waited no longer than it took: the log keeps why.
        sys.stderr.write(f"{error}\n")
        _report({"error": str(error)})
        raise SystemExit(1) from error
    except Exception as error:
        # The edge of the process: the starter must hear of it whatever it is.
        traceback.print_exc()
        _report({"error": f"The supervisor of {data_dir} failed ({error}); see postgres.log there."})
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
