"""What a server of one's own says of its backups, in a file that the containers of PostgreSQL write."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

_LARGEST_BYTES = 65536


@dataclass(frozen=True, slots=True)
class ServerBackups:
    """When the server's own backups were made, verified and restored for trial; None where that never happened."""

    backed_up_at: datetime | None
    #: When every checksum of the repository was compared last, and whether all agreed.
    verified_at: datetime | None
    is_sound: bool | None
    #: Whether the moment that was restored for trial last held.
    drill_held: bool | None
    #: When a moment last held, and which.
    proved_at: datetime | None
    moment: datetime | None
    #: Why nothing can be told; empty where something can.
    problem: str = ""

    def faults(self, *, now: datetime, oldest: timedelta) -> list[str]:
        """Return what somebody must look at, in words: what is missing, older than ``oldest``, or did not hold."""
        if self.problem:
            return [self.problem]
        found = []
        if self.backed_up_at is None or self.backed_up_at < now - oldest:
            found.append("the newest physical backup is overdue")
        if self.is_sound is False:
            found.append("the repository of physical backups is damaged")
        elif self.verified_at is None or self.verified_at < now - oldest:
            found.append("the physical backups were not verified in time")
        if self.drill_held is False:
            found.append("the last restore of a moment for trial did not hold")
        return found


def server_backups(path: Path | None) -> ServerBackups | None:
    """Read the file; None where none is configured. One that is missing or no such file gives its problem."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            said = json.loads(file.read(_LARGEST_BYTES))
        return ServerBackups(
            backed_up_at=_moment(said["backed_up_at"]),
            verified_at=_moment(said["verified_at"]),
            is_sound=_answer(said["is_sound"]),
            drill_held=_answer(said["drill_held"]),
            proved_at=_moment(said["proved_at"]),
            moment=_moment(said["moment"]),
        )
    except FileNotFoundError:
        problem = "nothing was said of the physical backups yet; see the log of the service backup"
    except (OSError, ValueError, KeyError, TypeError):
        problem = f"{path} does not say how the physical backups stand; see the log of the service backup"
    return ServerBackups(None, None, None, None, None, None, problem)


def _moment(said: Any) -> datetime | None:
    if said is None:
        return None
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _answer(said: Any) -> bool | None:
    if not (said is None or isinstance(said, bool)):
        raise TypeError
    return said
