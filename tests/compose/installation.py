"""An installation in Docker of its own: a copy of the checkout with volumes, ports and a name that nobody else uses."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from tests.sources import ROOT, files

_PORTS = ("WEB_PORT", "POSTGRES_PORT", "REDIS_PORT", "SEARCH_PORT", "ADMIN_PORT", "HTTP_PORT", "HTTPS_PORT")
_PATIENCE_SECONDS = 600


def engine_answers() -> bool:
    """Whether there is an engine with Compose that these tests may use."""
    if shutil.which("docker") is None:
        return False
    asked = [["docker", "info"], ["docker", "compose", "version"]]
    return all(subprocess.run(each, capture_output=True, check=False).returncode == 0 for each in asked)


needs_docker = pytest.mark.skipif(not engine_answers(), reason="no Docker engine with Compose answers")


def _free_ports() -> dict[str, str]:
    with ExitStack() as held:
        probes = {name: held.enter_context(closing(socket.socket())) for name in _PORTS}
        for probe in probes.values():
            probe.bind(("127.0.0.1", 0))
        return {name: str(probe.getsockname()[1]) for name, probe in probes.items()}


def docker(*arguments: str) -> str:
    """Run the engine's client and return what it prints."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout.strip()


class Installation:
    """One installation, ``dev`` or ``prod``; its folder may be edited freely."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.project = f"lf-test-{secrets.token_hex(4)}"
        self.ports = _free_ports()
        self.said_at_start = ""
        # None of the settings of the suite around it.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_HOST") if name in os.environ}
        self.environment = {
            **kept,
            **self.ports,
            "COMPOSE_PROJECT_NAME": self.project,
            "IMAGE_TAG": "test",
        }
        for name in files():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)

    @property
    def address(self) -> str:
        """Where the web server answers on this machine."""
        return f"http://127.0.0.1:{self.ports['WEB_PORT']}"

    def run(self, *command: str, typed: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in the checkout; what it said is in the error where it fails."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_SECONDS,
        )
        assert done.returncode == 0 or not check, f"{command}\n{done.stdout}\n{done.stderr}"
        return done

    def make(self, target: str, *words: str, typed: str = "") -> str:
        """Run a target of the Makefile and return what it prints."""
        return self.run("make", target, f"ENV={self.kind}", *words, typed=typed).stdout

    def compose(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run Compose with the installation's own file."""
        return self.run("docker", "compose", "-f", f"docker-compose.{self.kind}.yml", *words, check=check)

    def inside(self, service: str, *command: str) -> str:
        """Run a command in the service's container and return what it prints."""
        return self.compose("exec", "-T", service, *command).stdout

    def sql(self, statement: str) -> str:
        """Run a statement as the superuser, inside the database's container."""
        psql = ("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "ledgerflow", "-d", "ledgerflow")
        return self.inside("postgres", *psql, "-c", statement).strip()

    def containers(self) -> dict[str, dict[str, Any]]:
        """Return what the engine knows of each container, by service."""
        ids = self.compose("ps", "--all", "--quiet").stdout.split()
        found = json.loads(docker("inspect", *ids)) if ids else []
        return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in found}

    def import_file(self, name: str) -> list[dict[str, Any]]:
        """Take one of the documentation's examples into the book ``mine``, as a person at the command line would."""
        source = self.folder / "docs" / "examples" / name
        self.compose("cp", str(source), f"django:/data/{name}")
        said = self.inside(
            "django",
            "ledgerflow",
            "import",
            "--book",
            "mine",
            "--create",
            "--format",
            "json",
            f"/data/{name}",
        )
        return json.loads(said)

    def lines(self) -> int:
        """Return how many bank lines there are."""
        return int(self.sql("SELECT count(*) FROM statements_statementline"))

    def page(self, path: str, **headers: str) -> urllib.request.addinfourl:
        """Ask the web server, following no redirection."""
        request = urllib.request.Request(self.address + path, headers=headers)
        return _DIRECT.open(request, timeout=30)

    def text(self, path: str) -> str:
        """Return the text of a page that anyone may see."""
        with self.page(path) as answer:
            return answer.read().decode()

    def sign_in(self) -> urllib.request.OpenerDirector:
        """Return a browser that opened a sign-in link and pressed its button."""
        link = self.make("link").strip().splitlines()[-1]
        path = "/link/" + link.split("/link/")[1]
        jar = CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        browser.open(self.address + path, timeout=30).read()
        token = next(cookie.value for cookie in jar if "csrf" in cookie.name) or ""
        form = urllib.request.Request(
            self.address + path,
            data=f"csrfmiddlewaretoken={token}".encode(),
            headers={"Referer": self.address + path},
        )
        browser.open(form, timeout=30).read()
        return browser

    def remove(self) -> None:
        """Remove every trace of it from the engine."""
        self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "5", check=False)
        for volume in docker("volume", "ls", "--quiet", "--filter", f"name={self.project}_").split():
            docker("volume", "rm", volume)


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    def http_response(self, _request: Any, response: Any) -> Any:
        return response


_DIRECT = urllib.request.build_opener(_NoRedirection, _AnyStatus)


@contextmanager
def installation(kind: str, folder: Path) -> Iterator[Installation]:
    """Yield an installation that is gone afterwards, whatever happened."""
    made = Installation(kind, folder)
    try:
        yield made
    finally:
        made.remove()


def eventually(what: Any, *, seconds: float = 30) -> None:
    """Wait until the condition holds; connections that are refused meanwhile are no failure."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if what():
                return
        except (OSError, urllib.error.URLError):
            pass
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.25)
