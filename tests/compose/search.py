"""The search engine of the profile `search`, asked as the search tool asks it. Run by ``make test-compose``."""

from collections.abc import Iterator

import pytest

from tests.compose.installation import Installation, eventually, installation, needs_docker
from tools._shared.tests.http import PlainHttp
from tools.contract import Context, HttpUnreachableError, TemporaryToolError
from tools.search_tool import MANIFEST, SearchAnswer, search_web

pytestmark = needs_docker


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation("dev", tmp_path_factory.mktemp("checkout")) as made:
        made.make("env")
        made.make("volumes")
        made.compose(
            "--env-file", ".env.dev", "--profile", "search", "up", "--detach", "--no-deps", "searxng"
        )
        yield made


def test_it_answers_in_json_with_our_settings_and_names_engines_that_do_not(search: Installation) -> None:
    properties = MANIFEST.configuration["properties"]
    defaults = {name: each["default"] for name, each in properties.items() if "default" in each}
    address = f"http://127.0.0.1:{search.ports['SEARCH_PORT']}"
    context = Context(configuration={**defaults, "base_url": address, "timeout_seconds": 3}, http=PlainHttp())

    answers: list[SearchAnswer] = []

    def answered() -> bool:
        try:
            answers.append(search_web("blue finch coffee", context))
        except (HttpUnreachableError, TemporaryToolError):
            return False
        return True

    eventually(answered, seconds=90)

    # With a way out there are results; without one every engine is named.
    assert answers[0].results or answers[0].unresponsive_engines
    assert all(result.url.startswith("http") for result in answers[0].results)


def test_it_is_published_on_this_machine_alone_and_has_a_secret_of_its_own(search: Installation) -> None:
    (container,) = search.containers().values()

    assert {
        bound["HostIp"] for ports in container["NetworkSettings"]["Ports"].values() for bound in ports or []
    } == {"127.0.0.1"}
    secret = next(
        value
        for line in container["Config"]["Env"]
        if (value := line.removeprefix("SEARXNG_SECRET=")) != line
    )
    assert len(secret) >= 32
    assert f"SEARXNG_SECRET={secret}" in (search.folder / ".env.dev").read_text()
