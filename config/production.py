"""What a production installation refuses to start with (``PRODUCTION=1``)."""

from urllib.parse import unquote, urlsplit

from config.env import Env, SettingError

_SHORTEST_PASSWORD = 16
#: What passwords of examples, in ours and in other people's files, have in common.
_EXAMPLES = ("change-me", "changeme", "change_me", "password", "example", "secret", "postgres", "ledgerflow")
_EXAMPLE_HOSTS = ("example.org", "example.com", "example.net", "localhost", "127.0.0.1", "::1")


def refuse_examples(env: Env) -> None:
    """Do nothing where the settings may face the world.

    Raises:
        SettingError: ``PRODUCTION`` is 1 and something is as in an example, or made for trying things out.
    """
    if not env.production:
        return
    if env.debug:
        raise SettingError("DEBUG is 1, which shows everyone the insides; in production set DEBUG=0.")
    parts = urlsplit(env.url)
    if parts.scheme != "https":
        raise SettingError(
            f"LEDGERFLOW_URL is {env.url!r}; in production people reach LedgerFlow by an address that begins with "
            "https://, through the Caddy of the Compose file or a proxy of your own."
        )
    if (parts.hostname or "").endswith(_EXAMPLE_HOSTS):
        raise SettingError(f"LEDGERFLOW_URL is {env.url!r}, the example's; set the address people will use.")
    for name, url in (
        ("DATABASE_URL", env.database_url),
        ("DATABASE_OWNER_URL", env.database_owner_url),
        ("DATABASE_BACKUP_URL", env.database_backup_url),
        ("REDIS_URL", env.redis_url),
    ):
        _refuse_password(name, url, needed=name != "REDIS_URL")


def _refuse_password(name: str, url: str | None, *, needed: bool) -> None:
    # No sentence repeats the password.
    if url is None:
        return
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    on_this_machine = not parts.hostname  # a Unix socket, where the server may know people by their user
    if not password and (on_this_machine or not needed):
        return
    if len(password) < _SHORTEST_PASSWORD or any(word in password.lower() for word in _EXAMPLES):
        raise SettingError(
            f"{name} holds an example's password or one of less than {_SHORTEST_PASSWORD} characters; "
            "`make env` makes good ones."
        )
