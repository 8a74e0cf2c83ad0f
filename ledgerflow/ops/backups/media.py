"""The files that people gave, in the folder of backups by their SHA-256: each once, whoever needs it."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from ledgerflow.ops.backups.encryption import decrypt, encrypt
from ledgerflow.ops.backups.manifests import ENCRYPTED

_FOLDER = "documents"


def stored(folder: Path, sha256: str, *, encrypted: bool = False) -> Path:
    """Return where a file lies in the folder of backups."""
    return folder / _FOLDER / sha256[:2] / (sha256 + (ENCRYPTED if encrypted else ""))


def keep(folder: Path, media: Path, wanted: Iterable[str], *, recipient: str | None) -> list[str]:
    """Keep the files: as further names of the same bytes where the disk is the same, as copies elsewhere.

    Returns those that are missing where LedgerFlow keeps them.
    """
    missing = []
    places = _places(media)
    for sha256 in wanted:
        place = stored(folder, sha256, encrypted=recipient is not None)
        if place.exists():
            continue
        source = places.get(sha256)
        if source is None:
            missing.append(sha256)
            continue
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = place.with_name(f".{place.name}")
        draft.unlink(missing_ok=True)
        if recipient is not None:
            encrypt(source, draft, recipient=recipient)
        else:
            link_or_copy(source, draft)
        draft.replace(place)
    return missing


def missing_in(folder: Path, wanted: Iterable[str], *, encrypted: bool) -> list[str]:
    """Return those of the files that the folder of backups does not hold."""
    return [sha256 for sha256 in wanted if not stored(folder, sha256, encrypted=encrypted).is_file()]


def damaged_in(folder: Path, wanted: Iterable[str]) -> list[str]:
    """Return those of the files that are not the bytes of their name."""
    found = []
    for sha256 in wanted:
        with suppress(FileNotFoundError), stored(folder, sha256).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                found.append(sha256)
    return found


def bring_back(
    folder: Path,
    media: Path,
    names: Iterable[tuple[str, str]],
    *,
    identity: Path | None = None,
    also: Path | None = None,
) -> list[str]:
    """Put files where LedgerFlow looks for them and they are missing; nothing that is there is touched.

    ``names`` are pairs of SHA-256 and the path below the media folder; ``also`` is a media folder that is looked into
    where the backups do not hold a file. Returns what is nowhere.
    """
    lost = []
    for sha256, name in names:
        place = media / name
        if place.exists():
            continue
        plain, locked = stored(folder, sha256), stored(folder, sha256, encrypted=True)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = place.with_name(f".restoring-{place.name}")
        draft.unlink(missing_ok=True)
        if plain.exists():
            link_or_copy(plain, draft)
        elif also is not None and (also / name).exists():
            link_or_copy(also / name, draft)
        elif locked.exists() and identity is not None:
            decrypt(locked, draft, identity=identity)
        else:
            lost.append(sha256)
            continue
        draft.replace(place)
    return lost


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
