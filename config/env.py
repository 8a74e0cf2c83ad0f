"""The only reader of the environment: every setting, typed, with its default and its sentence when it is malformed.

Names follow the twelve-factor convention; ``NAME_FILE`` names a file that holds the value of ``NAME`` (for secrets).
"""

import os
import secrets
import string
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from environ.fileaware_mapping import FileAwareMapping

from config.agent import AgentPrice, AgentSetting, agent_address, agent_model, agent_price

T = TypeVar("T")

_LOG_FORMATS = ("lines", "json")
_SHORTEST_TOKEN = 16
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_OWN_PREFIX = "LEDGERFLOW_"
#: Variables that begin like this are no settings: they hold the secrets that the settings of tools refer to.
_TOOL_PREFIX = "LEDGERFLOW_TOOL_"
_NO_NAMES: tuple[str, ...] = ()
_HOST_CHARACTERS = frozenset(string.ascii_letters + string.digits + ".-:[]*")


class SettingError(Exception):
    """A setting is malformed; the message names it, shows what was read and says what is expected."""


@dataclass(frozen=True, slots=True)
class Env:
    """Everything that the environment decides."""

    data_dir: Path
    secret_key: str
    debug: bool
    production: bool
    url: str
    allowed_hosts: tuple[str, ...]
    csrf_trusted_origins: tuple[str, ...]
    database_url: str | None
    database_owner_url: str | None
    database_backup_url: str | None
    backup_dir: Path | None
    server_backups: Path | None
    backup_recipient: str | None
    automatic_backups: bool
    point_in_time: bool
    own_services: tuple[str, ...]
    searxng_url: str
    redis_url: str | None
    email_url: str | None
    default_from_email: str
    time_zone: str
    log_level: str
    log_format: str
    metrics_token: str
    sentry_dsn: str
    agent: AgentSetting | None
    port: int
    web_concurrency: int
    secrets_dir: Path
    tool_secrets: Mapping[str, str] = field(repr=False)


#: What each variable means; the documentation and `.env.example` are tested against this table.
VARIABLES: Mapping[str, str] = {
    "LEDGERFLOW_DATA_DIR": "Folder of the embedded database, the documents and the secret key.",
    "LEDGERFLOW_URL": "Address people use, such as https://books.example.org; sets hosts, CSRF origins and links.",
    "SECRET_KEY": "Key that signs sessions and links; generated once in the data folder when unset.",
    "DEBUG": "1 shows errors in full; never in production.",
    "PRODUCTION": "1 refuses to start with DEBUG=1, an address without HTTPS or a password of an example.",
    "ALLOWED_HOSTS": "Comma-separated host names that are answered; LEDGERFLOW_URL's host is always among them.",
    "CSRF_TRUSTED_ORIGINS": "Comma-separated origins that may post forms; LEDGERFLOW_URL is always among them.",
    "DATABASE_URL": "PostgreSQL 15 or later, as the role lf_app; unset means the embedded server.",
    "DATABASE_OWNER_URL": "The same database as the role lf_owner, which runs migrations; unset means DATABASE_URL.",
    "DATABASE_BACKUP_URL": "The same database as the role lf_backup, which dumps; unset means DATABASE_OWNER_URL.",
    "LEDGERFLOW_BACKUP_DIR": "Folder of the backups, best on another disk; by default `backups` in the data folder.",
    "LEDGERFLOW_SERVER_BACKUPS": "File in which a server of your own says how its backups stand; set by the Compose "
    "files.",
    "LEDGERFLOW_BACKUP_RECIPIENT": "Public key of age (age1...) that dumps and their documents are encrypted to.",
    "LEDGERFLOW_AUTOMATIC_BACKUPS": "0 makes no daily dump, no dump before migrations and no restore drill.",
    "LEDGERFLOW_POINT_IN_TIME": "0 archives no WAL of the embedded database, so that no second can be restored.",
    "LEDGERFLOW_OWN_SERVICES": "Comma-separated addresses of services of your own that tools and agent may reach "
    "although they are private, such as http://ollama:11434.",
    "LEDGERFLOW_SEARXNG_URL": "Address of your SearXNG, such as http://searxng:8080; it counts as a service of your "
    "own.",
    "REDIS_URL": "Optional cache; everything works without it.",
    "EMAIL_URL": "Mail server, such as smtp+tls://user:password@mail.example.org:587; unset prints mail to the log.",
    "DEFAULT_FROM_EMAIL": "Sender of mail.",
    "TIME_ZONE": "Time zone of times that are shown; dates of banks are never converted.",
    "LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR.",
    "LOG_FORMAT": "lines for people or json for programs, one object a line.",
    "METRICS_TOKEN": "Token that Prometheus sends as bearer to /metrics; there is no such page while it is unset.",
    "SENTRY_DSN": "Address of a Sentry or GlitchTip that gets errors too; needs the extra ledgerflow[sentry].",
    "LEDGERFLOW_AGENT_URL": "OpenAI-compatible endpoint that books may ask, such as http://localhost:11434/v1.",
    "LEDGERFLOW_AGENT_MODEL": "Name of the model at that endpoint.",
    "LEDGERFLOW_AGENT_KEY": "Key of that endpoint, where it needs one.",
    "LEDGERFLOW_AGENT_PRICE": "What a million tokens in and out cost there, such as 0.15/0.60 USD; unset: not counted.",
    "LEDGERFLOW_AGENT_SECONDS": "How long a reply of that endpoint may take.",
    "PORT": "Port of the web server.",
    "WEB_CONCURRENCY": "Number of web worker processes.",
    "LEDGERFLOW_SECRETS_DIR": "Folder of the secrets that tools may use; by default `tool_secrets` in the data folder.",
}


def load(variables: Mapping[str, str] | None = None) -> Env:
    """Read and check every setting.

    Raises:
        SettingError: a value is malformed, or a variable with LedgerFlow's own prefix is unknown.
    """
    given = dict(os.environ if variables is None else variables)
    _refuse_unknown(given)
    reader = FileAwareMapping(env=given)
    data_dir = _read(reader, "LEDGERFLOW_DATA_DIR", _folder, _folder("~/.local/share/ledgerflow"))
    url = _read(reader, "LEDGERFLOW_URL", _address, "")
    host = urlsplit(url).hostname
    hosts = _read(reader, "ALLOWED_HOSTS", _hosts, _NO_NAMES)
    database_url = _read(reader, "DATABASE_URL", _database, None)
    database_owner_url = _read(reader, "DATABASE_OWNER_URL", _database, None)
    database_backup_url = _read(reader, "DATABASE_BACKUP_URL", _database, None)
    for name, other in (
        ("DATABASE_OWNER_URL", database_owner_url),
        ("DATABASE_BACKUP_URL", database_backup_url),
    ):
        if other and not database_url:
            raise SettingError(
                f"{name} is set without DATABASE_URL; set both, or neither for the embedded server."
            )
    return Env(
        data_dir=data_dir,
        secret_key=_read(reader, "SECRET_KEY", _secret, "") or _kept_secret(data_dir),
        debug=_read(reader, "DEBUG", _flag, False),
        production=_read(reader, "PRODUCTION", _flag, False),
        url=url,
        allowed_hosts=(*hosts, *((host,) if host else ()), "localhost", "127.0.0.1", "[::1]"),
        csrf_trusted_origins=(
            *_read(reader, "CSRF_TRUSTED_ORIGINS", _origins, _NO_NAMES),
            *((url,) if url else ()),
        ),
        database_url=database_url,
        database_owner_url=database_owner_url,
        database_backup_url=database_backup_url,
        backup_dir=_read(reader, "LEDGERFLOW_BACKUP_DIR", _folder, None),
        server_backups=_read(reader, "LEDGERFLOW_SERVER_BACKUPS", _folder, None),
        backup_recipient=_read(reader, "LEDGERFLOW_BACKUP_RECIPIENT", _recipient, None),
        automatic_backups=_read(reader, "LEDGERFLOW_AUTOMATIC_BACKUPS", _flag, True),
        point_in_time=_read(reader, "LEDGERFLOW_POINT_IN_TIME", _flag, True),
        own_services=_read(reader, "LEDGERFLOW_OWN_SERVICES", _origins, _NO_NAMES),
        searxng_url=_read(reader, "LEDGERFLOW_SEARXNG_URL", _address, ""),
        redis_url=_read(reader, "REDIS_URL", _redis, None),
        email_url=_read(reader, "EMAIL_URL", _mail, None),
        default_from_email=_read(reader, "DEFAULT_FROM_EMAIL", _sender, "LedgerFlow <ledgerflow@localhost>"),
        time_zone=_read(reader, "TIME_ZONE", _zone, "UTC"),
        log_level=_read(reader, "LOG_LEVEL", _level, "INFO"),
        log_format=_read(reader, "LOG_FORMAT", _log_format, "lines"),
        metrics_token=_read(reader, "METRICS_TOKEN", _token, ""),
        sentry_dsn=_read(reader, "SENTRY_DSN", _sentry, ""),
        agent=_agent(reader),
        port=_read(reader, "PORT", _port, 9000),
        web_concurrency=_read(reader, "WEB_CONCURRENCY", _processes, 2),
        secrets_dir=_read(reader, "LEDGERFLOW_SECRETS_DIR", _folder, data_dir / "tool_secrets"),
        tool_secrets=_tool_secrets(reader, given),
    )


def _agent(reader: Mapping[str, str]) -> AgentSetting | None:
    url = _read(reader, "LEDGERFLOW_AGENT_URL", agent_address, "")
    model = _read(reader, "LEDGERFLOW_AGENT_MODEL", agent_model, "")
    no_price: AgentPrice | None = None
    setting = AgentSetting(
        url=url,
        model=model,
        key=_read(reader, "LEDGERFLOW_AGENT_KEY", str, ""),
        price=_read(reader, "LEDGERFLOW_AGENT_PRICE", agent_price, no_price),
        seconds=_read(reader, "LEDGERFLOW_AGENT_SECONDS", _seconds, 120),
    )
    if bool(url) != bool(model):
        raise SettingError(
            "LEDGERFLOW_AGENT_URL and LEDGERFLOW_AGENT_MODEL belong together; set both, or neither for no agent."
        )
    return setting if url else None


def _tool_secrets(reader: Mapping[str, str], given: Mapping[str, str]) -> Mapping[str, str]:
    """Return what tools may be told; a file that cannot be read is missing to its tool alone, and stops no start."""
    found = {}
    for name in sorted({each.removesuffix("_FILE") for each in given if each.startswith(_TOOL_PREFIX)}):
        with suppress(OSError, UnicodeDecodeError):
            found[name] = reader.get(name, "").strip()
    return found


def _refuse_unknown(given: Mapping[str, str]) -> None:
    for name in sorted(given):
        bare = name.removesuffix("_FILE")
        if name.startswith(_OWN_PREFIX) and not name.startswith(_TOOL_PREFIX) and bare not in VARIABLES:
            known = ", ".join(key for key in VARIABLES if key.startswith(_OWN_PREFIX))
            raise SettingError(
                f"{name} is not a setting of LedgerFlow. Known are {known}; remove it or correct its name."
            )


def _read(reader: Mapping[str, str], name: str, parse: Callable[[str], T], default: T) -> T:
    try:
        value = reader.get(name, "").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{name}_FILE names a file that cannot be read: {error}.") from error
    if not value:
        return default
    try:
        return parse(value)
    except ValueError as error:
        raise SettingError(f"{name} {error}") from error


def _folder(value: str) -> Path:
    try:
        return Path(value).expanduser().resolve()
    except RuntimeError as error:
        raise ValueError(
            f"is {value!r}, and whose home that is cannot be told; use an absolute path."
        ) from error


def _names(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _hosts(value: str) -> tuple[str, ...]:
    for name in _names(value):
        if not set(name) <= _HOST_CHARACTERS:
            raise ValueError(
                f"holds {name!r}, which is no host name; use names such as books.example.org,localhost."
            )
    return _names(value)


def _origins(value: str) -> tuple[str, ...]:
    return tuple(_address(name) for name in _names(value))


def _sender(value: str) -> str:
    if "@" not in parseaddr(value)[1]:
        raise ValueError(f"is {value!r}; use an address such as LedgerFlow <books@example.org>.")
    return value


def _flag(value: str) -> bool:
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError(f"is {value!r}; use 1 or 0.")


def _secret(value: str) -> str:
    if len(value) < 50 or len(set(value)) < 5:
        raise ValueError(
            "is too short or too simple; use at least 50 random characters, or unset it to have one made."
        )
    return value


def _parts(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        _ = parts.port  # a port that is no number shows itself only here
    except ValueError:
        return None
    return parts


def _address(value: str) -> str:
    parts = _parts(value)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"is {value!r}; use an address such as https://books.example.org.")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError(
            f"is {value!r}; use the address alone, such as https://books.example.org, without a path."
        )
    return f"{parts.scheme}://{parts.netloc}"


def _scheme(value: str, allowed: tuple[str, ...], example: str) -> str:
    # The value may hold a password, so no sentence repeats it.
    parts = _parts(value)
    if parts is None:
        raise ValueError(f"cannot be taken apart into host, port and path; use {example}.")
    if parts.scheme not in allowed:
        begin = " or ".join(f"{name}://" for name in allowed)
        raise ValueError(f"does not begin with {begin}; use {example}.")
    return value


def _database(value: str) -> str:
    example = "postgresql://lf_app:password@host:5432/ledgerflow"
    if not urlsplit(_scheme(value, ("postgres", "postgresql"), example)).path.strip("/"):
        raise ValueError(f"names no database; use {example}.")
    return value


def _recipient(value: str) -> str:
    # Letters and digits of Bech32 after the prefix; whether it is a key is found out by whoever encrypts.
    if not value.startswith("age1") or len(value) != 62 or not value.isalnum() or not value.islower():
        raise ValueError(f"is {value!r}, which is no public key of age; use what `age-keygen -y` prints.")
    return value


def _redis(value: str) -> str:
    return _scheme(value, ("redis", "rediss", "unix"), "redis://localhost:6379/0")


def _mail(value: str) -> str:
    return _scheme(
        value,
        ("smtp", "smtp+tls", "smtp+ssl", "consolemail", "filemail"),
        "smtp+tls://user:password@host:587",
    )


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"is {value!r}, which is no time zone; use a name such as Europe/Berlin.")
    return str(ZoneInfo(value))


def _level(value: str) -> str:
    if value.upper() not in _LOG_LEVELS:
        raise ValueError(f"is {value!r}; use one of {', '.join(_LOG_LEVELS)}.")
    return value.upper()


def _log_format(value: str) -> str:
    if value.lower() not in _LOG_FORMATS:
        raise ValueError(f"is {value!r}; use one of {', '.join(_LOG_FORMATS)}.")
    return value.lower()


def _token(value: str) -> str:
    if len(value) < _SHORTEST_TOKEN or not value.isascii() or not value.isprintable():
        raise ValueError(
            f"is too short or holds odd characters; use at least {_SHORTEST_TOKEN} random letters."
        )
    return value


def _sentry(value: str) -> str:
    example = "https://key@sentry.example.org/1"
    if not urlsplit(_scheme(value, ("http", "https"), example)).username:
        raise ValueError(f"names no key; use {example}.")
    return value


def _whole(value: str, low: int, high: int) -> int:
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ValueError(f"is {value!r}; use a whole number from {low} to {high}.")
    return int(value)


def _port(value: str) -> int:
    return _whole(value, 1, 65535)


def _seconds(value: str) -> int:
    return _whole(value, 1, 3600)


def _processes(value: str) -> int:
    return _whole(value, 1, 64)


def _kept_secret(data_dir: Path) -> str:
    """Return the key in the data folder, made there at the first start and readable by its owner only."""
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make_secret(path)
        key = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"LEDGERFLOW_DATA_DIR is {data_dir}, where the secret key cannot be kept: {error}. "
            "Choose a writable folder."
        ) from error
    if len(key) < 50:
        raise SettingError(
            f"{path} is damaged; delete it to have a new key made (people must sign in again)."
        )
    return key


def _make_secret(path: Path) -> None:
    """Put a whole key at the path; of several processes that start at once, the first one's stays."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=".secret_key-") as file:  # made with mode 0600
        file.write(secrets.token_urlsafe(64))
        file.flush()
        with suppress(FileExistsError):
            path.hardlink_to(file.name)
