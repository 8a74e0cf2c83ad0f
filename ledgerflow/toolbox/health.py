"""Whether every enabled tool can run, now: asked by the system check, the doctor and the status page alike."""

from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS

from ledgerflow.toolbox.consent import State
from ledgerflow.toolbox.descriptions import find_tools
from ledgerflow.toolbox.models import Tool
from ledgerflow.toolbox.requirements import install_command, missing_requirements


@dataclass(frozen=True, slots=True)
class ToolProblem:
    """Why an enabled tool does not run, and what to do."""

    path: str
    sentence: str
    remedy: str


def problems_of_enabled_tools(*, using: str = DEFAULT_DB_ALIAS) -> list[ToolProblem]:
    """Load the package of each enabled tool in a process of its own, and say what keeps the tool from running."""
    enabled = list(Tool.objects.using(using).filter(enabled=True).order_by("module_path"))
    found = {package.name: package for package in find_tools({tool.package for tool in enabled})}
    problems = []
    for tool in enabled:
        package = found.get(tool.package)
        offered = {each.path: each.problem for each in package.tools} if package else {}
        missing = missing_requirements(tool.package) if package else []
        if missing:
            sentence = f"It needs {', '.join(missing)}, which is not installed in this version."
            problems.append(
                ToolProblem(tool.module_path, sentence, f"Run `{install_command(tool.package)}`.")
            )
        elif package is not None and package.problem:
            problems.append(ToolProblem(tool.module_path, package.problem, _mend(tool)))
        elif tool.module_path not in offered:
            sentence = "Its package no longer offers it." if package else "Its package is gone."
            problems.append(
                ToolProblem(tool.module_path, sentence, "Remap it in the administration, or disable it.")
            )
        elif offered[tool.module_path]:
            problems.append(ToolProblem(tool.module_path, offered[tool.module_path], _mend(tool)))
        elif tool.state is State.WAITING:
            sentence = f"It waits for consent: {'; '.join(tool.beyond_consent)}."
            problems.append(
                ToolProblem(tool.module_path, sentence, "Agree on its page under Tools, or disable it.")
            )
        elif tool.state is not State.ON:
            sentence = "It loads again, but the registry does not know yet."
            problems.append(ToolProblem(tool.module_path, sentence, "Run `ledgerflow tools sync`."))
    return problems


def _mend(tool: Tool) -> str:
    return f"Mend tools/{tool.package}, then run `ledgerflow tools sync`; or disable it."
