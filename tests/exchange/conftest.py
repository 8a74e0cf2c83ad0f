"""The eventful book is made once for a module: that takes ten seconds, and a test takes back what it changes."""

import copy
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import override_settings

from tests import databases
from tests.exchange.eventful import Eventful
from tests.factories import UserFactory


@pytest.fixture(scope="module")
def made_eventful(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Eventful, Path]]:
    """The book, in a database of its own, and the folder of its documents."""
    folder = tmp_path_factory.mktemp("documents")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder):
        before = connections["default"].settings_dict["NAME"]
        with databases.clone(f"lf_eventful_{os.getpid()}") as name:
            databases.point_to(name)
            with transaction.atomic():
                made = Eventful(
                    UserFactory(email="anna@example.org", name="Anna"),
                    UserFactory(email="ben@example.org", name="Ben"),
                )
            yield made, folder
        databases.point_to(before)


@pytest.fixture
def eventful(made_eventful: tuple[Eventful, Path], db: None, tmp_path: Path, settings: Any) -> Eventful:
    """A book in which everything has happened that can."""
    made, folder = made_eventful
    settings.MEDIA_ROOT = shutil.copytree(folder, tmp_path / "documents")
    return copy.deepcopy(made)
