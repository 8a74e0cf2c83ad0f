"""Tools of one package share what is saved for any of them; until now each had settings of its own.

What differs is brought together, so that what was saved last for one tool neither takes away what another one was set
up with, nor brings back a consent to a remote tool that was withdrawn there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_EMPTY = (None, "", [], {})


def share_settings(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give all rows of a package and level the same values."""
    rows = apps.get_model("toolbox", "ToolConfiguration").objects.using(schema_editor.connection.alias)
    of_level = defaultdict(list)
    for row in rows.select_related("tool").order_by("changed_at", "pk"):
        of_level[row.tool.module_path.split(".")[1], row.book_id].append(row)
    for level in of_level.values():
        values = brought_together([row.values for row in level])
        for row in level:
            if row.values != values:
                rows.filter(pk=row.pk).update(values=values)


def brought_together(saved: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what was saved, in this order, as one: the later value holds, unless it is empty and the earlier is not.

    A tool of a server stays agreed to where everything that was saved agrees to it; what is empty says nothing.
    """
    told = [values for values in saved if values]
    together: dict[str, Any] = {}
    for values in told:
        together |= {
            name: value for name, value in values.items() if name not in together or value not in _EMPTY
        }
    if "servers" in together and len(told) > 1:
        together["servers"] = [_agreed_everywhere(server, told) for server in together["servers"]]
    return together


def _agreed_everywhere(server: Any, told: Sequence[Mapping[str, Any]]) -> Any:
    if not isinstance(server, dict) or not isinstance(server.get("allowed"), dict):
        return server  # not those of a bridge, or nothing was agreed to
    twins = [_twin(server, values.get("servers", [])).get("allowed", {}) for values in told]
    allowed = {
        name: fingerprint
        for name, fingerprint in server["allowed"].items()
        if all(each.get(name) == fingerprint for each in twins)
    }
    return server | {"allowed": allowed}


def _twin(server: Mapping[str, Any], servers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the server of this name and address; another address is another server."""
    who = itemgetter("name", "url")
    return next((each for each in servers if who(each) == who(server)), {})


class Migration(migrations.Migration):
    dependencies = [("toolbox", "0008_leave_out_costs_that_nobody_states")]

    # Taken back, each tool finds in its own row what holds for all of them.
    operations = [migrations.RunPython(share_settings, migrations.RunPython.noop)]
