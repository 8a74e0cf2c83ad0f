"""One installation for all tests of one kind, because starting it takes most of the time."""

from collections.abc import Iterator

import pytest

from tests.compose.installation import Installation, installation


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """`make dev` in a new checkout, with nothing done before."""
    with installation("dev", tmp_path_factory.mktemp("checkout")) as made:
        made.said_at_start = made.make("dev")
        yield made
