"""The promises about development in Docker, kept for real. Run by ``make test-compose``."""

from tests.compose.installation import Installation, eventually, needs_docker

pytestmark = needs_docker

SERVICES = {"django", "worker", "keeper", "postgres", "redis", "backup"}


def test_one_command_starts_everything_healthy_and_prints_a_link(dev: Installation) -> None:
    health = {name: each["State"].get("Health", {}).get("Status") for name, each in dev.containers().items()}

    assert {name: health[name] for name in SERVICES} == dict.fromkeys(SERVICES, "healthy")
    assert f"http://localhost:{dev.ports['WEB_PORT']}/link/" in dev.said_at_start
    assert (dev.folder / ".env.dev").stat().st_mode & 0o077 == 0


def test_every_port_answers_on_this_machine_alone(dev: Installation) -> None:
    published = {
        name: [
            bound["HostIp"] for ports in each["NetworkSettings"]["Ports"].values() for bound in ports or []
        ]
        for name, each in dev.containers().items()
    }

    assert {name: ips for name, ips in published.items() if ips} == {
        "django": ["127.0.0.1"],
        "postgres": ["127.0.0.1"],
        "redis": ["127.0.0.1"],
    }


def test_the_application_has_no_secret_of_the_database_but_its_own_and_is_not_root(dev: Installation) -> None:
    secret = {
        name: value
        for name, _, value in (
            line.partition("=") for line in (dev.folder / ".env.dev").read_text().splitlines()
        )
        if name.endswith(("_PASSWORD", "_PASS", "OWNER_URL")) and name != "LF_APP_PASSWORD"
    }

    for service in ("django", "worker"):
        seen = dev.inside(service, "env")
        assert [name for name, value in secret.items() if value in seen] == []
        assert dev.inside(service, "id", "-u").strip() == "1000"


_SOCKETS = """
import socket
from ledgerflow.toolbox.enforced import network_is_closed
from ledgerflow.toolbox.isolation import close_network
print(network_is_closed(), close_network())
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
    try:
        socket.socket(family)
    except PermissionError:
        print("refused")
"""


def test_tools_have_no_network_though_docker_gives_them_no_namespace(dev: Installation) -> None:
    for service in ("django", "worker"):
        assert dev.inside(service, "python", "-c", _SOCKETS).split() == ["True", "True", *["refused"] * 4]


def test_nobody_reaches_the_database_as_its_superuser_over_the_network(dev: Installation) -> None:
    login = "PGPASSWORD=$POSTGRES_PASSWORD psql -h 127.0.0.1 -U ledgerflow -d ledgerflow -c 'SELECT 1'"

    refused = dev.compose("exec", "-T", "postgres", "sh", "-c", login, check=False)

    assert "pg_hba.conf rejects connection" in refused.stderr
    assert (
        dev.sql(
            "SELECT current_setting('data_checksums'), current_setting('server_version_num')::int / 10000"
        )
        == "on|15"
    )
    assert dev.sql(
        "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'lf%' AND NOT rolsuper"
    ) == ("lf_app lf_backup lf_owner")


def test_a_template_and_a_module_that_are_edited_change_the_page(dev: Installation) -> None:
    template = dev.folder / "ledgerflow/web/templates/web/sign_in.html"
    module = dev.folder / "ledgerflow/ops/views.py"

    template.write_text(template.read_text().replace("Forgot your password?", "Forgot it, and edited this?"))
    eventually(lambda: "and edited this?" in dev.text("/sign-in/"))
    module.write_text(module.read_text().replace('"ok\\n"', '"edited\\n"'))
    eventually(lambda: dev.text("/healthz") == "edited\n")


def test_the_worker_takes_up_changed_code(dev: Installation) -> None:
    def newest() -> int:
        return int(dev.sql("SELECT coalesce(max(id), 0) FROM procrastinate_workers"))

    before = newest()
    module = dev.folder / "ledgerflow/core/money.py"

    module.write_text(module.read_text() + "\n")

    eventually(lambda: newest() > before, seconds=60)


def test_what_was_imported_survives_a_restart_and_a_wipe(dev: Installation) -> None:
    browser = dev.sign_in()
    imported = dev.import_file("checking.ofx")
    lines = dev.lines()
    assert imported[0]["state"] == "ready"
    assert lines > 0

    dev.compose("restart", "--timeout", "5")
    eventually(lambda: "edited" in dev.text("/healthz"), seconds=60)
    assert dev.lines() == lines

    dev.compose("down", "--volumes", "--timeout", "5")
    assert dev.containers() == {}
    dev.make("dev")

    assert dev.lines() == lines
    # Sessions are rows as well: whoever was signed in still is.
    assert browser.open(dev.address + "/books/mine/", timeout=30).url == dev.address + "/books/mine/"
    dev.inside("django", "ledgerflow", "verify")  # its status is asserted


def test_starting_twice_changes_nothing(dev: Installation) -> None:
    before = {name: each["Id"] for name, each in dev.containers().items() if name != "migrate"}
    applied = dev.sql("SELECT count(*) FROM django_migrations")

    dev.make("dev")

    assert {name: each["Id"] for name, each in dev.containers().items() if name != "migrate"} == before
    assert dev.sql("SELECT count(*) FROM django_migrations") == applied
