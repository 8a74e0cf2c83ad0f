"""Consent to tools of MCP servers becomes a record; until now it was a word in the settings, without who and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


#: A tool of a server at an address.
Named = tuple[str, str, str]
_LONGEST_NAME = 200


def record(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write down what stands, of nobody, and take it out of the settings; when is when the settings were last saved.

    Of each level the row that was saved last holds, as everywhere: what an older one still agrees to was withdrawn.
    Longer names than can be agreed to now are left out.
    """
    alias = schema_editor.connection.alias
    standing: dict[int | None, tuple[dict[Named, str], datetime]] = {}
    for row in _of_bridge(apps, alias).order_by("changed_at", "pk"):
        row.values, found = taken_out(row.values)
        row.save(update_fields=["values"])
        standing[row.book_id] = found, row.changed_at
    model = apps.get_model("toolbox", "RemoteConsent")
    model.objects.using(alias).bulk_create(
        model(book_id=book, server=server, url=url, name=name, fingerprint=fingerprint, agreed_at=at)
        for book, (found, at) in standing.items()
        for (server, url, name), fingerprint in found.items()
        if len(name) <= _LONGEST_NAME
    )


def put_back(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put what stands into the settings again. Who agreed when, and what ended, is lost: settings hold neither."""
    alias = schema_editor.connection.alias
    standing = apps.get_model("toolbox", "RemoteConsent").objects.using(alias).filter(withdrawn_at=None)
    for row in _of_bridge(apps, alias).filter(values__has_key="servers"):
        found = standing.filter(book=row.book_id).values_list("server", "url", "name", "fingerprint")
        row.values = put_in(row.values, {tuple(named): fingerprint for *named, fingerprint in found})
        row.save(update_fields=["values"])


def taken_out(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[Named, str]]:
    """Return the settings without consent, and the fingerprints by server, address and tool."""
    if "servers" not in values:
        return dict(values), {}
    servers = [{name: each for name, each in server.items() if name != "allowed"} for server in values["servers"]]
    found = {
        (server["name"], server["url"], tool): fingerprint
        for server in values["servers"]
        for tool, fingerprint in server.get("allowed", {}).items()
    }
    return {**values, "servers": servers}, found


def put_in(values: Mapping[str, Any], consents: Mapping[Named, str]) -> dict[str, Any]:
    """Return the settings with consent."""
    servers = []
    for server in values["servers"]:
        of_server = (server["name"], server["url"])
        allowed = {tool: each for (*named, tool), each in consents.items() if tuple(named) == of_server}
        servers.append({**server, "allowed": allowed} if allowed else server)
    return {**values, "servers": servers}


def _of_bridge(apps: Apps, alias: str) -> Any:
    rows = apps.get_model("toolbox", "ToolConfiguration").objects.using(alias)
    return rows.filter(tool__module_path__startswith="tools.mcp_bridge.")


class Migration(migrations.Migration):

    dependencies = [
        ('books', '0003_guard_four_eyes'),
        ('toolbox', '0010_keep_fewer_indexes_of_runs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RemoteConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('server', models.CharField(max_length=40)),
                ('url', models.TextField()),
                ('name', models.CharField(max_length=200)),
                ('fingerprint', models.CharField(max_length=64)),
                ('version', models.CharField(blank=True, max_length=100)),
                ('description', models.TextField(blank=True)),
                ('arguments', models.JSONField(default=dict)),
                ('agreed_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('agreed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('book', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.book')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('book', 'server', 'url', 'name'), name='toolbox_one_remote_consent', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('fingerprint__regex', '^[0-9a-f]{64}$')), name='toolbox_remote_fingerprint'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='toolbox_remote_withdrawn_by'), models.CheckConstraint(condition=models.Q(('withdrawn_at', None), ('withdrawn_at__gte', models.F('agreed_at')), _connector='OR'), name='toolbox_remote_ends_later')],
            },
        ),
        migrations.RunPython(record, put_back),
    ]
