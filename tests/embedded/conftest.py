"""A data directory that is initialized once."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledgerflow import embedded
from tests.embedded import processes


@pytest.fixture(scope="session")
def initialized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialized, stopped data directory."""
    data_dir = tmp_path_factory.mktemp("initialized") / "data"
    embedded.initialize(data_dir)
    processes.wait_until_stopped(data_dir)
    return data_dir


@pytest.fixture
def data_dir(initialized: Path) -> Iterator[Path]:
    """The stopped data directory that tests share which leave it stopped and usable, whatever they killed."""
    yield initialized
    processes.wait_until_stopped(initialized)


@pytest.fixture
def own_dir(initialized: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy, stopped, of a test's own: its settings, passwords or place are changed."""
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
