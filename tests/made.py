"""What every test of a module begins with is made once for the module; each test takes back what it changes.

To make a book with a file that was posted takes longer than most tests that look at it. ``made_once`` stands where
``pytest.fixture`` would, above a function without arguments that makes it.
"""

import copy
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import override_settings

from tests import databases

HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

_makers: defaultdict[str, dict[str, Callable[[], Any]]] = defaultdict(dict)


def made_once(make: Callable[[], Any]) -> Any:
    """Return a fixture that gives each test a copy of what ``make`` made, and the documents stored meanwhile."""
    _makers[make.__module__][make.__name__] = make

    @pytest.fixture(name=make.__name__)
    def made(standing: tuple[dict[str, Any], Path], db: None, tmp_path: Path, settings: Any) -> Any:
        by_name, documents = standing
        settings.MEDIA_ROOT = shutil.copytree(documents, tmp_path / "documents", dirs_exist_ok=True)
        return copy.deepcopy(by_name[make.__name__])

    return made


@pytest.fixture(scope="module")
def standing(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[dict[str, Any], Path]]:
    """All that the module's makers make, committed in a database of their own, and the folder of the documents."""
    documents = tmp_path_factory.mktemp("documents")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=documents, PASSWORD_HASHERS=HASHERS),
        databases.clone(f"lf_made_{os.getpid()}") as name,
    ):
        before = connections["default"].settings_dict["NAME"]
        databases.point_to(name)
        with transaction.atomic():
            made = {each: make() for each, make in _makers[request.module.__name__].items()}
        yield made, documents
        databases.point_to(before)
