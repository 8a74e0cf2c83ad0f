from collections.abc import Iterator
from typing import Any

import pytest

from tests.agent.desk import Desk
from tests.agent.server import ModelServer


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer().running() as running:
        yield running


@pytest.fixture
def desk(db: None, server: ModelServer, settings: Any) -> Desk:
    return Desk(server, settings)
