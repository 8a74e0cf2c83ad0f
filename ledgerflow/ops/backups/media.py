"""The files that people gave, in the folder of backups by their SHA-256: each once, whoever needs it."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from ledgerflow.ops.backups.encryption import decrypt, encrypt
from ledgerflow.ops.backups.errors import DamagedDumpError
from ledgerflow.ops.backups.manifests import ENCRYPTED

_FOLDER = "documents"
#: Characters of a SHA-256, which is the whole name of a file that is not encrypted.
_NAME = 64
#: Errors of the disk that is written to, of which no other copy knows better.
_CANNOT_BE_WRITTEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


def stored(folder: Path, sha256: str, *, encrypted: bool = False) -> Path:
    """Return where a file lies in the folder of backups."""
    return folder / _FOLDER / sha256[:2] / (sha256 + (ENCRYPTED if encrypted else ""))


def keep(folder: Path, media: Path, wanted: Iterable[str], *, recipient: str | None) -> list[str]:
    """Keep the files: as further names of the same bytes where the disk is the same, as copies elsewhere.

    What is kept already is left alone where it has as many bytes as LedgerFlow's, and replaced where it has not. What
    is new is on the disk and has been read again before it gets its name. Returns those that are missing where
    LedgerFlow keeps them, or are not the bytes of their name.

    Raises:
        BackupError: a file cannot be encrypted.
        OSError: a file cannot be written.
    """
    missing = []
    places = _places(media)
    for sha256 in wanted:
        place = stored(folder, sha256, encrypted=recipient is not None)
        source = places.get(sha256)
        if _is_kept(place, source, is_encrypted=recipient is not None):
            continue
        # Asked of LedgerFlow's own, because an encrypted one cannot be read here.
        if source is None or (recipient is not None and not _is(source, sha256)):
            missing.append(sha256)
            continue
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = place.with_name(f".{place.name}")
        draft.unlink(missing_ok=True)
        if recipient is not None:
            encrypt(source, draft, recipient=recipient)
        else:
            link_or_copy(source, draft)
            if not _is(draft, sha256):
                draft.unlink()
                missing.append(sha256)
                continue
        _synchronize(draft)
        draft.replace(place)
        _synchronize(place.parent)
    return missing


def _is_kept(place: Path, source: Path | None, *, is_encrypted: bool) -> bool:
    if not place.exists():
        return False
    # Encrypting makes a file longer. Where LedgerFlow has it no more, what is kept is the best there is.
    size, wanted = place.stat().st_size, 0 if source is None else source.stat().st_size
    return source is None or (size > wanted if is_encrypted else size == wanted)


def _is(path: Path, sha256: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _synchronize(path: Path) -> None:
    """Have a file, or the names in a folder, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def damaged_in(folder: Path) -> list[Path]:
    """Return the kept files that are not the bytes of their name; of encrypted ones nobody here can say."""
    return [
        path
        for path in sorted((folder / _FOLDER).glob("*/*"))
        if len(path.name) == _NAME and not _is(path, path.name)
    ]


def bring_back(
    folder: Path,
    media: Path,
    names: Iterable[tuple[str, str]],
    *,
    identity: Path | None = None,
    also: Path | None = None,
) -> dict[str, list[Path]]:
    """Put files where LedgerFlow looks for them and they are missing; nothing that is there is touched.

    ``names`` are pairs of SHA-256 and the path below the media folder; ``also`` is a media folder that is looked into
    where the backups do not hold a file. What is brought back has been read and is the bytes of its name: a kept file
    that is not, or cannot be read, is passed over. Returns what is nowhere, by SHA-256, with the damaged files that
    were found instead.

    Raises:
        BackupError: ``identity`` holds no private key.
        OSError: a file cannot be written.
    """
    lost = {}
    for sha256, name in names:
        place = media / name
        if place.exists():
            continue
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = place.with_name(f".restoring-{place.name}")
        draft.touch(mode=0o600)  # where nothing can be written, that is no fault of what is read
        damaged = []
        for source in _sources(folder, sha256, name, identity=identity, also=also):
            draft.unlink(missing_ok=True)
            if _is_brought(source, draft, sha256, identity=identity):
                draft.replace(place)
                break
            damaged.append(source)
        else:
            draft.unlink(missing_ok=True)
            lost[sha256] = damaged
    return lost


def _sources(folder: Path, sha256: str, name: str, *, identity: Path | None, also: Path | None) -> list[Path]:
    """Return where the bytes of a file may lie, in the order in which they are asked for."""
    places = [stored(folder, sha256)]
    if also is not None:
        places.append(also / name)
    if identity is not None:
        places.append(stored(folder, sha256, encrypted=True))
    return [place for place in places if _may_be_there(place)]


def _may_be_there(place: Path) -> bool:
    try:
        return place.exists()
    except OSError:  # it cannot be looked at, which will be said of it like of one that cannot be read
        return True


def _is_brought(source: Path, draft: Path, sha256: str, *, identity: Path | None) -> bool:
    try:
        if source.name.endswith(ENCRYPTED):
            decrypt(source, draft, identity=identity)
        else:
            link_or_copy(source, draft)
        return _is(draft, sha256)
    except DamagedDumpError:
        return False
    except OSError as error:
        if error.errno in _CANNOT_BE_WRITTEN:
            raise
        return False


def prune(folder: Path, *, needed: set[str]) -> int:
    """Remove the files that no kept backup needs; return how many."""
    gone = 0
    for path in (folder / _FOLDER).glob("*/*"):
        if path.name.removesuffix(ENCRYPTED) not in needed:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def link_or_copy(source: Path, copy: Path) -> None:
    """Give the bytes a second name, or copy them where the disk is another."""
    try:
        os.link(source, copy)
    except OSError:
        shutil.copyfile(source, copy)
        copy.chmod(0o600)


def _places(media: Path) -> dict[str, Path]:
    return {path.name: path for path in _files(media)}


def _files(media: Path) -> Iterator[Path]:
    return (path for path in media.glob("*/*/*") if path.is_file())
