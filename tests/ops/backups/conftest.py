"""A database with a book in it, and a dump of it, made once for the tests that only read them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections

from ledgerflow.ops.backups.making import make_dump
from ledgerflow.ops.backups.manifests import Backup
from tests import databases
from tests.booked import BookedFile

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Dumped:
    file: BookedFile
    media: Path
    folder: Path
    backup: Backup


@pytest.fixture(scope="module")
def dumped(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dumped]:
    """A book, its files and a good dump, for a whole module; nothing is rolled back."""
    media, folder = tmp_path_factory.mktemp("media"), tmp_path_factory.mktemp("backups")
    with django_db_blocker.unblock():
        before, media_before = connections["default"].settings_dict["NAME"], django_settings.MEDIA_ROOT
        with databases.clone(f"lf_dumped_{os.getpid()}") as name:
            databases.point_to(name)
            django_settings.MEDIA_ROOT = media
            try:
                file = BookedFile(3)
                backup = make_dump(folder, reason="daily", now=NOW, media_root=media, recipient=None)
                yield Dumped(file, media, folder, backup)
            finally:
                django_settings.MEDIA_ROOT = media_before
                databases.point_to(before)


@pytest.fixture
def place(dumped: Dumped, settings: Any) -> Dumped:
    """The same, with LedgerFlow's settings pointing to it for this test."""
    settings.MEDIA_ROOT, settings.BACKUP_DIR = dumped.media, dumped.folder
    return dumped
