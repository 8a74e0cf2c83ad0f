"""The system check of the registry: ``manage.py check --database default``, and before migrations."""

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.core import checks
from django.db import DatabaseError

from ledgerflow.toolbox.health import problems_of_enabled_tools


@checks.register(checks.Tags.database)
def check_enabled_tools(
    app_configs: Sequence[AppConfig] | None = None, databases: Sequence[str] | None = None, **_options: Any
) -> list[checks.CheckMessage]:
    """Name each enabled tool that cannot run, with the way out; a warning, because everything else goes on."""
    if app_configs is not None or not databases:
        return []
    try:
        problems = problems_of_enabled_tools(using=databases[0])
    except DatabaseError:  # there is no registry yet
        return []
    return [
        checks.Warning(f"{problem.path}: {problem.sentence}", hint=problem.remedy, id="toolbox.W001")
        for problem in problems
    ]
