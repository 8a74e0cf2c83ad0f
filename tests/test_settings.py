"""Settings come from the environment: whole and typed, or the start stops with a sentence."""

import os
import stat
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from config import env

ROOT = Path(__file__).resolve().parents[1]
LONG = "an-example-key-with-sixty-characters-and-nothing-secret-in-it"


def load(tmp_path: Path, **variables: str) -> env.Env:
    return env.load({"LEDGERFLOW_DATA_DIR": str(tmp_path), **variables})


def sentence(tmp_path: Path, **variables: str) -> str:
    with pytest.raises(env.SettingError) as caught:
        load(tmp_path, **variables)
    return str(caught.value)


def test_it_starts_with_nothing_set(tmp_path: Path) -> None:
    settings = env.load({"LEDGERFLOW_DATA_DIR": str(tmp_path)})

    assert not settings.debug
    assert settings.database_url is None
    assert settings.redis_url is None
    assert settings.port == 9000
    assert settings.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")


def test_the_agents_endpoint_is_read_whole(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("a-key\n")

    agent = load(
        tmp_path,
        LEDGERFLOW_AGENT_URL="https://models.example.org/v1/",
        LEDGERFLOW_AGENT_MODEL="some-model",
        LEDGERFLOW_AGENT_KEY_FILE=str(key),
        LEDGERFLOW_AGENT_PRICE="0.15 / 0.60 USD",
    ).agent

    assert agent is not None
    assert (agent.url, agent.model, agent.key, agent.seconds) == (
        "https://models.example.org/v1", "some-model", "a-key", 120,
    )  # fmt: skip
    assert agent.price == (Decimal("0.15"), Decimal("0.60"), "USD")
    assert "a-key" not in repr(agent)
    assert load(tmp_path).agent is None


def test_an_empty_value_is_as_good_as_none(tmp_path: Path) -> None:
    assert load(tmp_path, PORT="", REDIS_URL=" ").port == 9000


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DEBUG", "maybe", "use 1 or 0"),
        ("PORT", "http", "a whole number from 1 to 65535"),
        ("PORT", "0", "a whole number from 1 to 65535"),
        ("PORT", "65536", "a whole number from 1 to 65535"),
        ("PORT", "٩", "a whole number"),
        ("WEB_CONCURRENCY", "-1", "a whole number from 1 to 64"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING, ERROR"),
        ("TIME_ZONE", "Berlin", "Europe/Berlin"),
        ("SECRET_KEY", "short", "at least 50 random characters"),
        ("SECRET_KEY", "a" * 60, "too simple"),
        ("LEDGERFLOW_AGENT_URL", "localhost:11434", "http://localhost:11434/v1"),
        ("LEDGERFLOW_AGENT_URL", "http://user:key@localhost:11434/v1", "LEDGERFLOW_AGENT_KEY"),
        ("LEDGERFLOW_AGENT_URL", "http://localhost:11434/v1?key=x", "http://localhost:11434/v1"),
        ("LEDGERFLOW_AGENT_URL", "http://localhost:port/v1", "http://localhost:11434/v1"),
        ("LEDGERFLOW_AGENT_URL", "http://localhost:11434/v1", "belong together"),
        ("LEDGERFLOW_AGENT_MODEL", "x" * 201, "at most 200"),
        ("LEDGERFLOW_AGENT_PRICE", "0.15", "0.15/0.60 USD"),
        ("LEDGERFLOW_AGENT_PRICE", "0.15/0.60 usd", "0.15/0.60 USD"),
        ("LEDGERFLOW_AGENT_PRICE", "NaN/1 USD", "0.15/0.60 USD"),
        ("LEDGERFLOW_AGENT_SECONDS", "0", "a whole number from 1 to 3600"),
        ("LEDGERFLOW_URL", "books.example.org", "https://books.example.org"),
        ("LEDGERFLOW_URL", "ftp://books.example.org", "https://books.example.org"),
        ("LEDGERFLOW_URL", "https://books.example.org/books", "without a path"),
        ("LEDGERFLOW_URL", "https://books.example.org:port", "https://books.example.org"),
        ("LEDGERFLOW_URL", "https://[::1", "https://books.example.org"),
        ("LEDGERFLOW_DATA_DIR", "~nobody-of-this-name/x", "absolute path"),
        ("ALLOWED_HOSTS", "https://books.example.org", "no host name"),
        ("ALLOWED_HOSTS", "one two", "no host name"),
        ("CSRF_TRUSTED_ORIGINS", "books.example.org", "https://books.example.org"),
        ("DATABASE_URL", "sqlite:///db.sqlite3", "postgresql://lf_app"),
        ("DATABASE_URL", "postgresql://lf_app@db:port/ledgerflow", "host, port and path"),
        ("DATABASE_URL", "postgresql://lf_app@db", "names no database"),
        ("DATABASE_OWNER_URL", "postgresql://lf_owner@db/ledgerflow", "without DATABASE_URL"),
        ("REDIS_URL", "localhost:6379", "redis://localhost"),
        ("LEDGERFLOW_OWN_SERVICES", "http://ollama:11434,searxng", "https://books.example.org"),
        ("LEDGERFLOW_SEARXNG_URL", "http://searxng:8080/search", "without a path"),
        ("EMAIL_URL", "mail.example.org", "smtp+tls://"),
        ("DEFAULT_FROM_EMAIL", "LedgerFlow", "LedgerFlow <books@example.org>"),
    ],
)
def test_a_malformed_value_is_named_in_a_sentence(
    tmp_path: Path, name: str, value: str, expected: str
) -> None:
    said = sentence(tmp_path, **{name: value})

    assert said.startswith(name)
    assert expected in said
    assert said.endswith(".")


@pytest.mark.parametrize(
    "name", ["DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY"]
)
@pytest.mark.parametrize("value", ["mysql://someone:hidden@db/x", "postgresql://someone:hidden@db:port/x"])
def test_no_sentence_repeats_a_password(tmp_path: Path, name: str, value: str) -> None:
    assert "hidden" not in sentence(tmp_path, **{name: value})


@pytest.mark.parametrize("name", ["LEDGERFLOW_PORT", "LEDGERFLOW_URLS", "LEDGERFLOW_PORT_FILE"])
def test_a_misspelled_setting_of_our_own_is_refused(tmp_path: Path, name: str) -> None:
    said = sentence(tmp_path, **{name: "1"})

    assert name in said
    assert "LEDGERFLOW_DATA_DIR, LEDGERFLOW_URL" in said


def test_variables_of_others_are_none_of_our_business(tmp_path: Path) -> None:
    load(tmp_path, HOME="/nowhere", PORTS="x")


def test_a_malformed_value_stops_the_start_without_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "PORT": "ninety"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "PORT is 'ninety'; use a whole number from 1 to 65535." in done.stderr


def test_a_secret_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{LONG}\n")

    assert load(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key")).secret_key == LONG


def test_the_content_of_a_file_is_checked_like_the_value(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("mysql://db/x")

    assert "postgresql://" in sentence(tmp_path, DATABASE_URL_FILE=str(tmp_path / "url"))


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    said = sentence(tmp_path, SECRET_KEY_FILE=str(tmp_path / "absent"))

    assert said.startswith("SECRET_KEY_FILE")
    assert "absent" in said


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")

    assert sentence(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key")).startswith("SECRET_KEY_FILE")


def test_a_dollar_sign_in_a_secret_means_itself(tmp_path: Path) -> None:
    assert load(tmp_path, SECRET_KEY="$" + LONG).secret_key == "$" + LONG


def test_the_secret_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = load(tmp_path).secret_key

    assert load(tmp_path).secret_key == first
    assert len(first) >= 50


def test_only_its_owner_may_read_the_secret_key(tmp_path: Path) -> None:
    load(tmp_path / "data")

    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_processes_that_start_together_agree_on_the_secret_key(tmp_path: Path) -> None:
    keys: list[str] = []
    threads = [threading.Thread(target=lambda: keys.append(load(tmp_path).secret_key)) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize("content", [b"", b"cut off", b"\xff" * 80])
def test_a_damaged_secret_key_is_not_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(content)

    assert "secret" in sentence(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    said = sentence(tmp_path, LEDGERFLOW_DATA_DIR=str(tmp_path / "file" / "data"))

    assert "Choose a writable folder." in said


def test_a_given_secret_key_leaves_no_file(tmp_path: Path) -> None:
    load(tmp_path, SECRET_KEY=LONG)

    assert list(tmp_path.iterdir()) == []


def test_the_address_alone_sets_hosts_and_origins(tmp_path: Path) -> None:
    settings = load(tmp_path, LEDGERFLOW_URL="https://books.example.org:8443/")

    assert settings.url == "https://books.example.org:8443"
    assert "books.example.org" in settings.allowed_hosts
    assert settings.csrf_trusted_origins == ("https://books.example.org:8443",)


def test_the_address_adds_to_the_hosts_and_origins_that_are_named(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        LEDGERFLOW_URL="https://books.example.org",
        ALLOWED_HOSTS="one.example.org, .two.example.org",
        CSRF_TRUSTED_ORIGINS="https://one.example.org",
    )

    assert settings.allowed_hosts[:3] == ("one.example.org", ".two.example.org", "books.example.org")
    assert settings.csrf_trusted_origins == ("https://one.example.org", "https://books.example.org")


@pytest.mark.parametrize(
    ("url", "secure"), [("https://books.example.org", True), ("http://books.example.org", False)]
)
def test_https_makes_cookies_secure_and_http_leaves_them_usable(
    tmp_path: Path, url: str, secure: bool
) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
    asked = f"from django.conf import settings; print(*(getattr(settings, n) for n in {names}))"

    done = run_django("shell", "--no-imports", "-c", asked, tmp_path=tmp_path, url=url)

    assert done.stdout.split() == [str(secure)] * 3, done.stderr


def test_the_deployment_check_finds_nothing_behind_https(tmp_path: Path) -> None:
    done = run_django(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        tmp_path=tmp_path,
        url="https://books.example.org",
    )

    assert done.returncode == 0, done.stderr


def run_django(*arguments: str, tmp_path: Path, url: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "LEDGERFLOW_DATA_DIR": str(tmp_path), "LEDGERFLOW_URL": url, "DEBUG": "0"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_urls_become_two_databases_of_two_roles(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        DATABASE_URL="postgresql://lf_app:a@db:5432/ledgerflow",
        DATABASE_OWNER_URL="postgres://lf_owner:b@db/ledgerflow",
    )

    assert settings.database_url == "postgresql://lf_app:a@db:5432/ledgerflow"
    assert settings.database_owner_url == "postgres://lf_owner:b@db/ledgerflow"


def test_what_tools_may_be_told_it_takes_by_its_beginning(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("of a file\n")

    loaded = load(
        tmp_path,
        LEDGERFLOW_TOOL_SEARCH="of a variable",
        LEDGERFLOW_TOOL_MAPS_FILE=str(tmp_path / "key"),
        LEDGERFLOW_TOOL_GONE_FILE=str(tmp_path / "absent"),
    )

    assert dict(loaded.tool_secrets) == {
        "LEDGERFLOW_TOOL_MAPS": "of a file",
        "LEDGERFLOW_TOOL_SEARCH": "of a variable",
    }
    assert "of a variable" not in repr(loaded)
    assert loaded.secrets_dir == tmp_path / "tool_secrets"
