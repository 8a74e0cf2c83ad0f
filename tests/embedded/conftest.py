"""A data directory that is initialized once and copied for each test that needs one."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledgerflow import embedded
from tests.embedded import processes


@pytest.fixture(scope="session")
def initialized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialized, stopped data directory that nobody may change."""
    data_dir = tmp_path_factory.mktemp("initialized") / "data"
    with embedded.ensure_running(data_dir, grace=0):
        pass
    processes.wait_until_stopped(data_dir)
    return data_dir


@pytest.fixture
def data_dir(tmp_path: Path, initialized: Path) -> Iterator[Path]:
    """An initialized, stopped data directory for one test; afterwards nothing runs there any more."""
    path = tmp_path / "data"
    subprocess.run(["cp", "--archive", initialized, path], check=True)
    yield path
    processes.wait_until_stopped(path)


@pytest.fixture(scope="session")
def database(
    initialized: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[embedded.EmbeddedDatabase]:
    """A running database shared by the tests that only use it."""
    path = tmp_path_factory.mktemp("shared") / "data"
    subprocess.run(["cp", "--archive", initialized, path], check=True)
    with embedded.ensure_running(path, grace=0) as lease:
        yield lease.database
    processes.wait_until_stopped(path)
