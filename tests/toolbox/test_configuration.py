"""A tool's settings, and the secrets that do not stand among them."""

import datetime as dt
import json
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from ledgerflow.books.models import Role
from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.toolbox.errors import ConfigurationError, SecretMissingError
from ledgerflow.toolbox.models import RemoteConsent, Tool, ToolConfiguration
from ledgerflow.toolbox.services.configuration import (
    configuration_for,
    configure_tool,
    kept_settings,
    stored_configuration,
)
from ledgerflow.toolbox.services.registry import sync_tools
from tests.factories import BookFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
SCHEMA = {
    "type": "object",
    "properties": {
        "pages": {"type": "integer", "minimum": 1, "maximum": 5, "default": 2},
        "note": {"type": "string"},
        "tongue": {"type": "string", "enum": ["en", "de"]},
        "url": {"type": "string", "format": "own-service"},
        "api_key": {"type": "string", "format": "secret"},
    },
    "required": ["tongue"],
}
PLAIN = {
    **SCHEMA,
    "properties": {name: each for name, each in SCHEMA["properties"].items() if name != "api_key"},
}
KEY = {"env": "LEDGERFLOW_TOOL_COUNTER_KEY"}
CLEAR = "sk-this-is-the-secret-itself"


@pytest.fixture
def admin():
    return UserFactory(is_firm_admin=True)


def _tool(packages, schema=SCHEMA) -> Tool:
    path = packages.counter(configuration=schema)
    sync_tools(now=NOW)
    return Tool.objects.get(module_path=path)


def _set(tool, user, book=None, **values) -> ToolConfiguration:
    return configure_tool(tool=tool, book=book, values=values, user=user, now=NOW)


def test_the_books_settings_go_before_the_installations_and_those_before_the_defaults(packages, admin):
    tool, book, other = _tool(packages), BookFactory(), BookFactory()
    _set(tool, admin, tongue="en", url="http://searxng:8080")
    _set(tool, admin, book, tongue="de")

    assert configuration_for(tool, None) == {"pages": 2, "tongue": "en", "url": "http://searxng:8080"}
    assert configuration_for(tool, book) == {"pages": 2, "tongue": "de", "url": "http://searxng:8080"}
    assert configuration_for(tool, other)["tongue"] == "en"


def test_settings_are_replaced_as_a_whole_and_say_who_changed_them(packages, admin):
    tool = _tool(packages)
    _set(tool, admin, tongue="en", pages=3)

    kept = _set(tool, admin, tongue="de")

    assert (ToolConfiguration.objects.count(), kept.values) == (1, {"tongue": "de"})
    assert (kept.changed_by, kept.changed_at) == (admin, NOW)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"colour": "red"}, "There is no setting “colour”; there are: pages, note, tongue, url, api_key."),
        ({"pages": 9}, "The setting “pages” does not fit: 9 is greater than the maximum of 5."),
        ({"pages": "2"}, "The setting “pages” does not fit: '2' is not of type 'integer'."),
        ({"tongue": "fr"}, "The setting “tongue” does not fit"),
        ({"url": "searxng"}, "The setting “url” must be an address"),
        ({"url": "file:///etc/passwd"}, "The setting “url” must be an address"),
        ({"url": "http://me:secret@searxng"}, "The setting “url” must be an address"),
        ({"url": 7}, "The setting “url” must be an address"),
        ({"pages": Decimal(2)}, "does not fit"),
        ({"note": "a\0"}, "NUL character"),
        ({"note": "\ud800"}, "none that JSON knows"),
        ({"pages": float("inf")}, "none that JSON knows"),
    ],
)
def test_settings_that_do_not_fit_it_refuses_with_a_sentence(packages, admin, values, sentence):
    with pytest.raises(ConfigurationError) as refusal:
        _set(_tool(packages), admin, **values)

    assert sentence in str(refusal.value)
    assert not ToolConfiguration.objects.exists()


def test_what_is_missing_it_says_when_the_tool_is_called(packages, admin):
    tool = _tool(packages)
    _set(tool, admin, pages=1)

    with pytest.raises(ConfigurationError, match="is not set up: The setting “tongue” is missing"):
        configuration_for(tool, None)


@pytest.mark.parametrize(
    "typed",
    [
        CLEAR,
        {"env": CLEAR},
        {"env": "SECRET_KEY"},
        {"env": "DATABASE_URL"},
        {"env": "LEDGERFLOW_TOOL_"},
        {"env": "LEDGERFLOW_TOOL_KEY\n"},
        {"env": "LEDGERFLOW_TOOL_KEY", "value": CLEAR},
        {"file": ""},
        {"file": "a\0b"},
        {"value": CLEAR},
        {},
        [CLEAR],
        None,
        7,
    ],
)
def test_a_secret_in_clear_it_neither_takes_nor_repeats(packages, admin, typed):
    with pytest.raises(ConfigurationError) as refusal:
        _set(_tool(packages), admin, tongue="en", api_key=typed)

    assert "is a secret, which is not kept here" in str(refusal.value)
    assert CLEAR not in str(refusal.value)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM toolbox_toolconfiguration")
        assert cursor.fetchone() == (0,)


def test_a_reference_is_kept_and_the_secret_found_at_the_call(packages, admin, settings):
    tool = _tool(packages)
    settings.TOOL_SECRETS = {"LEDGERFLOW_TOOL_COUNTER_KEY": CLEAR}
    kept = _set(tool, admin, tongue="en", api_key=KEY)

    assert kept.values["api_key"] == KEY
    assert configuration_for(tool, None)["api_key"] == CLEAR
    assert CLEAR not in json.dumps(stored_configuration(tool, None))

    settings.TOOL_SECRETS = {}
    with pytest.raises(
        SecretMissingError, match="the environment variable LEDGERFLOW_TOOL_COUNTER_KEY, which is not"
    ):
        configuration_for(tool, None)


def test_a_secret_of_a_file_it_reads_in_the_secrets_folder_alone(packages, admin, settings, tmp_path):
    tool, folder = _tool(packages), tmp_path / "secrets"
    (folder / "search").mkdir(parents=True)
    (folder / "search" / "key").write_text(f"{CLEAR}\n")
    (folder / "empty").write_text("\n")
    (folder / "bytes").write_bytes(b"\xff\xfe")
    (folder / "long").write_text("x" * 65_537)
    (tmp_path / "secret_key").write_text(CLEAR)
    (folder / "link").symlink_to(tmp_path / "secret_key")
    settings.TOOL_SECRETS_DIR = folder

    for file in ("search/key", str(folder / "search" / "key")):
        _set(tool, admin, tongue="en", api_key={"file": file})
        assert configuration_for(tool, None)["api_key"] == CLEAR
    for file, sentence in [
        ("absent", "cannot be read in the secrets folder"),
        ("empty", "is empty"),
        ("bytes", "it is no text"),
        ("long", "no file of at most 64 KB"),
        ("search", "no file of at most 64 KB"),
        ("link", "outside the secrets folder"),
        ("../secret_key", "outside the secrets folder"),
        (str(tmp_path / "secret_key"), "outside the secrets folder"),
        ("/proc/self/environ", "outside the secrets folder"),
    ]:
        _set(tool, admin, tongue="en", api_key={"file": file})
        with pytest.raises(SecretMissingError, match=sentence) as refusal:
            configuration_for(tool, None)
        assert CLEAR not in str(refusal.value)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BOOKKEEPER, Role.REVIEWER])
def test_only_owners_set_up_tools_for_a_book(packages, role):
    tool, member = _tool(packages, PLAIN), MembershipFactory(role=role)

    with pytest.raises(NotAllowedError, match="may not set up tools"):
        _set(tool, member.user, member.book, tongue="en")


def test_an_owner_sets_up_plain_settings_of_the_own_book(packages):
    tool, owner = _tool(packages, PLAIN), MembershipFactory(role=Role.OWNER)

    assert _set(tool, owner.user, owner.book, tongue="en").values == {"tongue": "en"}

    for book in (None, BookFactory()):
        with pytest.raises(NotAllowedError):
            _set(tool, owner.user, book, tongue="en")


def test_an_owner_cannot_have_a_secret_sent_elsewhere(packages):
    owner = MembershipFactory(role=Role.OWNER)

    with pytest.raises(NotAllowedError, match="works with secrets"):
        _set(_tool(packages), owner.user, owner.book, tongue="en")
    with pytest.raises(NotAllowedError, match="where services of the installation are: url"):
        _set(_tool(packages, PLAIN), owner.user, owner.book, url="http://127.0.0.1:5432")


def test_an_owner_adds_no_address_to_those_that_the_exchange_rates_may_be_fetched_from():
    tool, owner = (
        Tool.objects.get(module_path="tools.exchange_rates.read_rates"),
        MembershipFactory(role=Role.OWNER),
    )
    addresses = ["http://searxng:8080/search?q=x"]

    with pytest.raises(NotAllowedError, match="where services of the installation are: addresses"):
        _set(tool, owner.user, owner.book, addresses=addresses)

    kept = _set(tool, UserFactory(is_firm_admin=True), owner.book, addresses=addresses)
    assert kept.values == {"addresses": addresses}


def test_an_address_within_a_setting_is_one(admin):
    tool = Tool.objects.get(module_path="tools.exchange_rates.read_rates")

    for address in ("ftp://example.org/", "http://user:word@example.org/", "http://", 4711):
        with pytest.raises(ConfigurationError, match="must be an address such as"):
            _set(tool, admin, addresses=["https://example.org/rates.csv", address])


def test_settings_that_a_new_version_does_not_know_it_says(packages, admin):
    tool = _tool(packages)
    _set(tool, admin, tongue="en", pages=2)
    packages.counter(configuration={"type": "object", "properties": {"tongue": {"type": "string"}}})
    sync_tools(now=NOW)
    tool.refresh_from_db()

    with pytest.raises(ConfigurationError, match="There is no setting “pages”"):
        configuration_for(tool, None)


def test_a_tool_without_settings_takes_none(packages, admin):
    tool = _tool(packages, {})

    assert configuration_for(tool, BookFactory()) == {}
    with pytest.raises(ConfigurationError, match="There is no setting “pages”; there are: none"):
        _set(tool, admin, pages=1)


def test_settings_it_finds_in_one_query(packages, admin, django_assert_num_queries):
    tool, book = _tool(packages), BookFactory()
    _set(tool, admin, tongue="en")

    with django_assert_num_queries(1):
        configuration_for(tool, book)


def test_settings_that_each_tool_of_a_package_had_become_one_that_loses_nothing_and_agrees_to_no_more(admin):
    share = import_module("ledgerflow.toolbox.migrations.0009_share_settings_in_each_package").share_settings
    listing, calling = (
        Tool.objects.get(module_path=f"tools.mcp_bridge.{name}") for name in ("list_tools", "call_tool")
    )
    book, kept, withdrawn = BookFactory(), "a" * 64, "b" * 64

    def saved(tool, of_book, minutes, values):
        at = NOW + dt.timedelta(minutes=minutes)
        ToolConfiguration.objects.create(tool=tool, book=of_book, values=values, changed_at=at)

    def server(**allowed):
        return {"name": "shop", "url": "https://shop.example/mcp", "allowed": allowed}

    saved(calling, None, 0, {"servers": [server(price=kept)], "redaction": "names"})
    saved(listing, None, 1, {"servers": [server(price=kept, note=withdrawn)]})
    saved(calling, book, 0, {"servers": [server(price=kept)]})
    saved(listing, book, 1, {})  # saved for its limits alone
    apart = Tool.objects.get(module_path="tools.exchange_rates.read_rates")
    saved(apart, None, 0, {"addresses": []})

    share(apps, SimpleNamespace(connection=connection))

    of_bridge = ToolConfiguration.objects.filter(tool__in=[listing, calling])
    of_installation = {"servers": [server(price=kept)], "redaction": "names"}
    assert [row.values for row in of_bridge.filter(book=None)] == [of_installation] * 2
    assert [row.values for row in of_bridge.filter(book=book)] == [{"servers": [server(price=kept)]}] * 2
    assert kept_settings(calling, None) == of_installation
    assert kept_settings(apart, None) == {"addresses": []}


def test_consent_that_stood_in_settings_is_taken_out_and_put_back():
    moved = import_module("ledgerflow.toolbox.migrations.0011_record_consent_to_remote_tools")
    shop, other = ({"name": name, "url": f"https://{name}.example/mcp"} for name in ("shop", "other"))
    before = {"servers": [{**shop, "allowed": {"price": "a" * 64}}, other], "redaction": "names"}

    values, consents = moved.taken_out(before)

    assert moved.taken_out({"redaction": "names"}) == ({"redaction": "names"}, {})

    assert values == {"servers": [shop, other], "redaction": "names"}
    assert consents == {("shop", "https://shop.example/mcp", "price"): "a" * 64}
    assert moved.put_in(values, consents) == before


def test_what_was_withdrawn_on_the_page_of_another_tool_is_not_recorded_as_standing(admin):
    record = import_module("ledgerflow.toolbox.migrations.0011_record_consent_to_remote_tools").record
    calling, listing = (
        Tool.objects.get(module_path=f"tools.mcp_bridge.{name}") for name in ("call_tool", "list_tools")
    )
    shop = {"name": "shop", "url": "https://shop.example/mcp"}
    for day, (tool, server) in enumerate(
        [(calling, {**shop, "allowed": {"price": "a" * 64}}), (listing, shop)]
    ):
        ToolConfiguration.objects.create(
            tool=tool, values={"servers": [server]}, changed_by=admin, changed_at=NOW + dt.timedelta(days=day)
        )

    record(apps, SimpleNamespace(connection=connection))

    assert not RemoteConsent.objects.exists()
    assert kept_settings(calling, None) == {"servers": [shop]}
    assert [row.values for row in ToolConfiguration.objects.all()] == [{"servers": [shop]}] * 2


def test_a_bridge_finds_what_was_agreed_to_in_its_servers_and_nothing_else(admin, django_assert_num_queries):
    tool, book = Tool.objects.get(module_path="tools.mcp_bridge.call_tool"), BookFactory()
    shop, own = ({"name": name, "url": f"https://{name}.example/mcp"} for name in ("shop", "own"))
    _set(tool, admin, servers=[shop])
    facts = {"server": "shop", "url": shop["url"], "agreed_by": admin, "agreed_at": NOW}
    for of_book, name in ((None, "price"), (book, "note")):
        RemoteConsent.objects.create(**facts, book=of_book, name=name, fingerprint="a" * 64)
    inherited = configuration_for(tool, book)["servers"]
    _set(tool, admin, book, servers=[own])

    assert inherited == [{**shop, "allowed": {"price": "a" * 64}}]
    assert configuration_for(tool, book)["servers"] == [{**own, "allowed": {}}]
    with django_assert_num_queries(2):
        configuration_for(tool, book)
    ended = RemoteConsent.objects.exclude(withdrawn_at=None).get()
    assert (ended.name, ended.withdrawn_by) == ("note", admin)
