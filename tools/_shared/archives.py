"""ZIP archives from strangers: looked at before anything is unpacked, and unpacked within limits."""

import re
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO

from tools.contract import StatementRefusedError

MOST_MEMBERS = 2_000
LARGEST_MEMBER = 100 * 1024 * 1024
LARGEST_TOTAL = 200 * 1024 * 1024
_MOST_RATIO = 200
_SMALL = 1024 * 1024
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
_DRIVE = re.compile(r"^[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Archive:
    """A ZIP archive whose list of members has been checked."""

    file: zipfile.ZipFile
    names: tuple[str, ...]

    def holds(self, name: str) -> bool:
        """Whether there is a member of this name."""
        return name in self.names

    def member(self, name: str) -> bytes:
        """Return a member's bytes.

        Raises:
            StatementRefusedError: The member is missing, broken, encrypted or larger than it says.
        """
        try:
            info = self.file.getinfo(name)
            with self.file.open(info) as stream:
                content = stream.read(info.file_size + 1)
        except KeyError as error:
            raise StatementRefusedError(
                f"The archive holds no “{name}”, so it is incomplete. Download it again."
            ) from error
        except _BROKEN as error:
            raise StatementRefusedError(
                f"“{_shown(name)}” in the archive is damaged. Download it again."
            ) from error
        if len(content) != info.file_size:
            raise StatementRefusedError(
                f"“{_shown(name)}” in the archive is not as long as the archive says."
            )
        return content


def _shown(name: str) -> str:
    return "".join(mark if mark.isprintable() else "?" for mark in name[-80:])


def open_archive(content: bytes) -> Archive:
    """Return the archive after a look at its list of members; nothing is unpacked.

    Raises:
        StatementRefusedError: It is damaged or encrypted, has too many members, would become too large, or a member's
            name leads out of the archive.
    """
    try:
        file = zipfile.ZipFile(BytesIO(content))
        members = file.infolist()
    except _BROKEN as error:
        raise StatementRefusedError("The archive is damaged or cut off. Download it again.") from error
    if len(members) > MOST_MEMBERS:
        raise StatementRefusedError(
            f"The archive holds more than {MOST_MEMBERS:,} files. Give fewer at a time."
        )
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        raise StatementRefusedError("Two files in the archive have the same name. Pack it again.")
    if sum(member.file_size for member in members) > LARGEST_TOTAL:
        raise StatementRefusedError("The archive would become larger than 200 MB when unpacked.")
    for member in members:
        _check(member)
    return Archive(file, tuple(names))


def _check(member: zipfile.ZipInfo) -> None:
    name = member.filename
    if name.startswith(("/", "\\")) or _DRIVE.match(name) or ".." in re.split(r"[/\\]", name):
        raise StatementRefusedError(f"“{_shown(name)}” in the archive leads out of it. Pack the files again.")
    if member.flag_bits & _ENCRYPTED:
        raise StatementRefusedError("The archive is encrypted. Unpack it, and give the files in it.")
    if member.file_size > LARGEST_MEMBER:
        raise StatementRefusedError(f"“{_shown(name)}” in the archive is larger than 100 MB.")
    if member.file_size > max(_SMALL, _MOST_RATIO * member.compress_size):
        raise StatementRefusedError(
            f"“{_shown(name)}” in the archive would become more than {_MOST_RATIO} times as large as it is packed. "
            "Unpack it yourself if you trust it."
        )
