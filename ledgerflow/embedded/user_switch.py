"""Running PostgreSQL as an ordinary user when LedgerFlow was started as root (Linux)."""

import ctypes
import os
import pwd
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ledgerflow.embedded.errors import EmbeddedError

# <linux/prctl.h>, <linux/securebits.h> and <linux/capability.h>
_PR_SET_PDEATHSIG, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2

# Nothing of the caller's PG* variables, language or time zone may reach the server.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the server's processes run as, and the one capability they keep, if any."""

    uid: int
    gid: int
    capability: int | None = None

    @property
    def switches(self) -> bool:
        """Whether this is someone else than the present user."""
        return self.uid != os.geteuid()

    def spawn(
        self,
        command: Sequence[str | Path],
        *,
        output: int | IO[bytes],
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program as this user, to be interrupted by the kernel when the present process ends.

        ``environment`` is added to the little that every program gets.

        :raises OSError: the program or the capability is not to be had.
        """
        try:
            return subprocess.Popen(  # noqa: S603 - our own programs, no shell
                [os.fspath(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**_ENVIRONMENT, **(environment or {})},
                cwd="/",
                preexec_fn=self._preparation(),  # noqa: PLW1509 - the supervisor has one thread
            )
        except subprocess.SubprocessError as error:
            raise PermissionError(f"cannot become user {self.uid}: {error}") from error

    def run(self, command: Sequence[str | Path]) -> tuple[int, str]:
        """Run a program to its end as this user; return its exit status and all it said.

        :raises OSError: as `spawn`.
        """
        with self.spawn(command, output=subprocess.PIPE) as process:
            said, _ = process.communicate()
        return process.returncode, said.decode(errors="replace").strip()

    def _preparation(self) -> Callable[[], None]:
        parent = os.getpid()
        libc = ctypes.CDLL(None, use_errno=True)

        def prctl(*arguments: int) -> None:
            padded = (*arguments, 0, 0, 0)[:5]
            if libc.prctl(*(ctypes.c_ulong(argument) for argument in padded)) != 0:
                raise OSError(ctypes.get_errno(), "prctl")

        def keep(capability: int) -> None:
            # One word each of effective, permitted, inheritable, for capabilities 0 to 31 and 32 to 63.
            bit = 1 << capability
            header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
            if libc.capset(header, (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)) != 0:
                raise OSError(ctypes.get_errno(), "capset")
            prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)

        def prepare() -> None:
            if self.switches:
                if self.capability is not None:
                    # Capabilities then outlive the change of user, and count in access(2), by which
                    # PostgreSQL looks for its programs. All but the one are dropped right after it.
                    prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP)
                os.setgroups([])
                os.setresgid(self.gid, self.gid, self.gid)
                os.setresuid(self.uid, self.uid, self.uid)
                if self.capability is not None:
                    keep(self.capability)
            # Last, because a change of user clears it.
            prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
            if os.getppid() != parent:
                os._exit(1)

        return prepare


def server_identity(*, data_dir: Path, cluster: Path, program: Path) -> Identity:
    """Choose who runs the server: the present user, or as root the cluster's owner, `postgres` or `nobody`.

    A checkout below /root, or a data directory of mode 0700, cannot be reached by that user. Its parents
    are not ours to open; instead the server keeps the capability to pass directories (or, where a container
    withholds that one, the wider one to override permissions), and only when it turns out to be needed.

    :raises EmbeddedError: no such user, someone else's cluster, or the program is out of reach.
    """
    owner = cluster.stat() if cluster.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise EmbeddedError(
                f"{cluster} belongs to user {owner.st_uid}: start LedgerFlow as that user or as root."
            )
        return Identity(os.geteuid(), os.getegid())
    uid, gid = (owner.st_uid, owner.st_gid) if owner is not None and owner.st_uid != 0 else _ordinary_user()
    said = ""
    for capability in (None, _CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
        identity = Identity(uid, gid, capability)
        try:
            status, said = identity.run(
                ["/bin/sh", "-c", 'cd "$0" && exec "$1" --version', data_dir, program]
            )
        except OSError as error:
            status, said = 1, str(error)
        if status == 0:
            return identity
    raise EmbeddedError(
        f"User {uid}, who runs PostgreSQL for root, cannot reach {data_dir} and {program} ({said}). "
        "Start LedgerFlow as an ordinary user, or choose a data directory that this user may enter."
    )


def _ordinary_user() -> tuple[int, int]:
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return user.pw_uid, user.pw_gid
    raise EmbeddedError(
        "PostgreSQL does not run as root, and there is neither a user postgres nor nobody: "
        "start LedgerFlow as an ordinary user."
    )
