"""What the Compose files, scripts and images promise, as far as it can be read without an engine."""

import re
import stat
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.env import VARIABLES, load
from config.production import refuse_examples
from tests.sources import ROOT, own_files, text

FILES = {"dev": "docker-compose.dev.yml", "prod": "docker-compose.prod.yml"}
APPLICATION = ("django", "worker", "keeper", "migrate")
TRUSTED = {"keeper", "migrate"}


@cache
def _file(kind: str) -> dict[str, Any]:
    return yaml.safe_load(text(FILES[kind]))


def _services(kind: str) -> dict[str, dict[str, Any]]:
    return _file(kind)["services"]


def _secrets() -> set[str]:
    """The names in the example that other containers than LedgerFlow's need."""
    return set(re.findall(r"^([A-Z_0-9]+)=change-me$", text(".env.example"), re.MULTILINE))


@pytest.mark.parametrize("kind", FILES)
def test_what_must_not_be_lost_lies_in_external_volumes(kind: str) -> None:
    volumes = _file(kind)["volumes"]

    kept = {name for name, volume in volumes.items() if volume.get("external")}
    assert {"postgres", "media", "pgbackrest"} <= kept
    assert {name: volume["driver_opts"]["type"] for name, volume in volumes.items() if name not in kept} == {
        "socket": "tmpfs",
        "standing": "tmpfs",
    }


@pytest.mark.parametrize("kind", FILES)
def test_every_volume_that_a_file_names_is_made_by_one_command(kind: str) -> None:
    made = set(re.findall(r"for each in ([a-z ]+);", text("Makefile"))[-1].split())
    external = {name for name, volume in _file(kind)["volumes"].items() if volume.get("external")}

    assert external - made == set()
    for name in external:
        assert _file(kind)["volumes"][name]["name"] == f"${{COMPOSE_PROJECT_NAME:-ledgerflow-{kind}}}_{name}"


def test_in_development_every_port_is_this_machine_s_alone() -> None:
    ports = [port for service in _services("dev").values() for port in service.get("ports", [])]

    assert "127.0.0.1:${WEB_PORT:-9000}:8000" in ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_in_production_only_the_web_is_published_and_the_database_has_no_way_out() -> None:
    services = _services("prod")

    assert {name for name, service in services.items() if service.get("ports")} == {"django", "caddy"}
    assert services["django"]["ports"] == ["${WEB_BIND:-127.0.0.1}:${WEB_PORT:-9000}:8000"]
    assert services["caddy"]["profiles"] == ["caddy"]
    assert _file("prod")["networks"]["database"]["internal"] is True
    for name in ("postgres", "redis", "backup", "beside", "keeper", "migrate"):
        assert services[name]["networks"] == ["database"], name


@pytest.mark.parametrize("name", sorted(_services("prod")))
def test_in_production_a_service_is_limited_restarted_and_its_log_rotated(name: str) -> None:
    service = _services("prod")[name]

    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["restart"] == ("no" if name in {"migrate", "secrets", "beside"} else "unless-stopped")
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    assert "no-new-privileges:true" in service["security_opt"]


def test_in_production_no_source_is_mounted() -> None:
    mounted = {
        name: source
        for name, service in _services("prod").items()
        for source in (volume.split(":")[0] for volume in service.get("volumes", []))
        if source.startswith(".")
        and not source.startswith(("./docker/caddy/", "./docker/searxng/", "./archives/"))
    }

    assert mounted == {}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("name", APPLICATION)
def test_the_application_sees_no_secret_of_another_container(kind: str, name: str) -> None:
    environment = _services(kind)[name]["environment"]

    assert {secret for secret in _secrets() if environment.get(secret) != ""} == set()
    for address in ("DATABASE_OWNER_URL", "DATABASE_BACKUP_URL"):
        assert environment.get(address, "from the file") == ("from the file" if name in TRUSTED else "")
    mounted = [each for each in _services(kind)[name]["volumes"] if ":/backups" in each]
    assert [each.endswith(":ro") for each in mounted] == [name not in TRUSTED]
    assert environment["PRODUCTION"] == ("1" if kind == "prod" else "0")


@pytest.mark.parametrize("kind", FILES)
def test_the_search_engine_is_a_service_of_our_own_to_web_and_worker(kind: str) -> None:
    address = "${LEDGERFLOW_SEARXNG_URL:-http://searxng:8080}"

    assert _services(kind)["searxng"]["profiles"] == ["search"]
    for name in ("django", "worker"):
        assert _services(kind)[name]["environment"]["LEDGERFLOW_SEARXNG_URL"] == address
    for name in TRUSTED:
        assert "LEDGERFLOW_SEARXNG_URL" not in _services(kind)[name]["environment"]


@pytest.mark.parametrize("kind", FILES)
def test_the_order_of_the_start_follows_health(kind: str) -> None:
    services = _services(kind)

    for name in ("django", "worker", "keeper"):
        waits = services[name]["depends_on"]
        assert waits["postgres"]["condition"] == "service_healthy"
        assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


@pytest.mark.parametrize("kind", FILES)
def test_images_of_our_own_are_built_here_and_carry_no_moving_name(kind: str) -> None:
    own = {name: each for name, each in _services(kind).items() if each["image"].startswith("ledgerflow")}

    assert {name for name, each in own.items() if "build" in each} == {"django", "postgres"}
    for name, each in own.items():
        assert each["image"].endswith(":${IMAGE_TAG:-local}"), name
        assert each["pull_policy"] == ("missing" if "build" in each else "never"), name


def test_images_are_built_from_named_versions_without_downloads_by_hand() -> None:
    for name in ("Dockerfile", "docker/postgres/Dockerfile"):
        assert "curl" not in re.sub(r"#.*", "", text(name))
        assert re.search(r"^ARG [A-Z]+_IMAGE=\S+:\d\S*$", text(name), re.MULTILINE)
    assert "--locked" in text("Dockerfile")
    assert text("Dockerfile").count("USER ledgerflow") == 2


def test_what_goes_to_the_engine_holds_no_secrets_and_no_books() -> None:
    lines = [line for line in text(".dockerignore").splitlines() if line and not line.startswith("#")]

    assert lines[0] == "*"
    assert {line for line in lines if line.startswith("!")} == {
        f"!{name}"
        for name in ("pyproject.toml", "uv.lock", "manage.py", "config", "ledgerflow", "tools", "docker")
    }


def _scripts() -> list[str]:
    return sorted(
        name
        for name in own_files("")
        if name.startswith("docker/") and text(name).startswith(("#!/bin/bash", "# What the scripts"))
    )


@pytest.mark.parametrize("name", _scripts())
def test_a_script_is_whole_and_stops_at_the_first_error(name: str) -> None:
    checked = subprocess.run(["bash", "-n", ROOT / name], capture_output=True, text=True, check=False)

    assert checked.stderr == ""
    if not name.endswith("common.sh"):
        assert "set -euo pipefail" in text(name)
        assert (ROOT / name).stat().st_mode & stat.S_IXUSR


def test_every_secret_of_the_containers_is_documented() -> None:
    page = text("docs/operations/docker.md")

    assert {name for name in _secrets() if f"`{name}`" not in page} == set()


def _make_env(folder: Path, *words: str) -> str:
    for name in (".env.example", "docker/make_env.sh"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text(name))
    made = subprocess.run(
        ["bash", folder / "docker/make_env.sh", *words], capture_output=True, text=True, check=True, env={}
    )
    return made.stdout


def _values(file: Path) -> dict[str, str]:
    lines = (
        line.partition("=") for line in file.read_text().splitlines() if line and not line.startswith("#")
    )
    return {name: value for name, _, value in lines}


def test_an_environment_is_made_once_with_secrets_of_its_own(tmp_path: Path) -> None:
    _make_env(tmp_path, "dev")
    first = _values(tmp_path / ".env.dev")

    again = _make_env(tmp_path, "dev")

    assert "stays as it is" in again
    assert _values(tmp_path / ".env.dev") == first
    assert stat.S_IMODE((tmp_path / ".env.dev").stat().st_mode) == 0o600
    secrets = [first[name] for name in (*_secrets(), "SECRET_KEY")]
    assert len(set(secrets)) == len(secrets)
    assert min(map(len, secrets)) >= 48
    assert first["LF_APP_PASSWORD"] in first["DATABASE_URL"]
    assert first["LF_OWNER_PASSWORD"] in first["DATABASE_OWNER_URL"]
    assert first["DEBUG"] == "1"


def test_what_is_made_for_production_starts_once_the_address_is_set(tmp_path: Path) -> None:
    _make_env(tmp_path, "prod", "https://books.firm.test")
    values = _values(tmp_path / ".env.prod")
    settings = {name: values[name] for name in VARIABLES if name in values}

    refuse_examples(load({**settings, "PRODUCTION": "1", "LEDGERFLOW_DATA_DIR": str(tmp_path / "data")}))

    assert settings["DEBUG"] == "0"
