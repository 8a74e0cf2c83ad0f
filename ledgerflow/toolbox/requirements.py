"""What a tool package needs to be installed: its requirements.txt held against what is installed. Pure."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

import tools


def missing_requirements(package: str) -> list[str]:
    """Return the requirements of the package that are not met, each as its file says it."""
    return [line for line in _lines(package) if not _is_met(line)]


def install_command(package: str) -> str:
    """Return the command that installs what the package needs."""
    return f"python -m pip install -r tools/{package}/requirements.txt"


def _lines(package: str) -> Iterator[str]:
    for place in tools.__path__:
        file = Path(place, package, "requirements.txt")
        if file.is_file():
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
                said = line.split("#")[0].strip()
                if said and not said.startswith("-"):
                    yield said
            return


def _is_met(line: str) -> bool:
    try:
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate():
            return True
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except (InvalidRequirement, PackageNotFoundError):
        return False
