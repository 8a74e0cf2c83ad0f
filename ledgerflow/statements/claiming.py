"""Which readers that did not come with LedgerFlow take a file, each asked in a process of its own. Pure, as reading is.

They are other people's code: one that hangs, dies or eats memory while it is imported or looks at a file is left out,
and the others go on.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledgerflow.statements.sandboxed import SANDBOX
from ledgerflow.toolbox.built_in import BUILT_IN
from ledgerflow.toolbox.sandbox import Limits, OutOfTimeError, SandboxError

logger = logging.getLogger(__name__)

#: For importing the package and looking at one file.
LOOK = Limits(cpu_seconds=4, wall_seconds=6)


@dataclass(frozen=True, slots=True)
class Asked:
    """The readers to go on with, by package; ``None`` for all that come with LedgerFlow. ``broken`` are sentences."""

    readers: list[str] | None
    broken: tuple[str, ...] = ()


def asked(*, content: bytes, name: str, readers: Sequence[str] | None) -> Asked:
    """Leave out the readers of others that do not take the file, or cannot say so in time."""
    if readers is None:
        return Asked(None)
    looks = {each: _looked(content, name, each) for each in readers if each not in BUILT_IN}
    broken = tuple(look.problem for look in looks.values() if look.problem)
    for sentence in broken:
        logger.error("%s", sentence)
    return Asked([each for each in readers if each not in looks or looks[each].takes], broken)


class _Look(NamedTuple):
    takes: bool
    problem: str


def _looked(content: bytes, name: str, reader: str) -> _Look:
    try:
        lines = SANDBOX.run("claim", content=content, request={"name": name, "reader": reader}, limits=LOOK)
        said = json.loads(lines[0])
        return _Look(takes=said["takes"] is True, problem=str(said["problem"]))
    except OutOfTimeError:
        what = f"took more than {LOOK.cpu_seconds} seconds"
    except (SandboxError, ValueError, KeyError, IndexError, TypeError):
        what = "broke its process"
    return _Look(
        takes=False, problem=f"The reader “{reader}” {what} when it looked at the file, so it was left out."
    )
