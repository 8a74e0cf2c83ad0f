"""What exists is documented, and what is documented exists."""

import itertools
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

from config.env import VARIABLES
from ledgerflow import cli
from ledgerflow.toolbox.loader import load
from ledgerflow.toolbox.schemas import check
from ledgerflow.toolbox.signatures import signature_of, typed_arguments
from tests.sources import ROOT, own_files, text

COMMANDS_PAGE = "docs/operations/commands.md"
SETTINGS_PAGE = "docs/operations/settings.md"
KEYS_PAGE = "docs/users/keys.md"


def markdown() -> list[str]:
    return sorted(name for name in own_files(".md") if not name.startswith(".github/"))


def cells(page: str) -> Iterator[tuple[str, str]]:
    """Yield first and second cell of every row of every table on the page, without the heads."""
    for line in text(page).splitlines():
        row = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| `") and len(row) >= 2:
            yield row[0], row[1]


def test_every_setting_is_documented_with_its_meaning() -> None:
    documented = {name.strip("`"): meaning for name, meaning in cells(SETTINGS_PAGE)}

    assert documented == dict(VARIABLES)


def test_the_example_environment_names_every_setting_under_its_meaning() -> None:
    lines = text(".env.example").splitlines()
    example = {
        after.removeprefix("# ").split("=")[0]: before.removeprefix("# ")
        for before, after in itertools.pairwise(lines)
        if re.match(r"# [A-Z_]+=", after)
    }

    assert example == dict(VARIABLES)


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    documented = {
        name.strip("`").split()[0] for name, _ in cells(COMMANDS_PAGE) if not name.startswith("`make ")
    }

    assert documented == set(cli.COMMANDS)


def test_every_command_in_an_example_exists() -> None:
    used = {
        (page, match[1])
        for page in markdown()
        for match in re.finditer(r"^\$ (?:\S*/)?ledgerflow ([a-z]+)", text(page), re.MULTILINE)
    }

    assert {(page, name) for page, name in used if name not in cli.COMMANDS} == set()


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", text("Makefile"), re.MULTILINE))


def test_every_make_target_is_documented() -> None:
    documented = {
        target for name, _ in cells(COMMANDS_PAGE) for target in re.findall(r"`make ([a-z-]+)`", name)
    }

    assert documented == _targets()


def test_every_make_target_that_a_page_speaks_of_exists() -> None:
    spoken_of = {
        (page, target)
        for page in markdown()
        for command in re.findall(r"(?:`|^\$ )make ([a-z -]+)", text(page), re.MULTILINE)
        for target in command.split("#")[0].split()
    }

    assert {(page, target) for page, target in spoken_of if target not in _targets()} == set()


def _keys_of_pages() -> set[str]:
    keys = {"?", "Esc"}
    for name in own_files(".html"):
        keys.update(key for key in re.findall(r'data-key="([^"]+)"', text(name)) if "{" not in key)
        keys.update(
            f"{held}-{key}" for held, key in re.findall(r"<kbd>(\w+)</kbd>-<kbd>(\w+)</kbd>", text(name))
        )
    places = re.findall(r'_Place\(.*"([a-z])"\)', text("ledgerflow/web/context.py"))
    keys.update(f"g {key}" for key in places)
    script = text("ledgerflow/review/static/review/queue.js")
    actions = script.split("const actions = {", 1)[1].split("\n  };", 1)[0]
    keys.update(re.findall(r"^    (\w+): \(", actions, re.MULTILINE))
    quoted = re.findall(r'^    "([^"]+)": \(', actions, re.MULTILINE)
    keys.update(re.sub(r"(?<=\w)\+", "-", key).replace(" ", "Space") for key in quoted)
    keys.update(
        re.findall(r'"(\d)"', script.split("const actions = {", 1)[1].split(".forEach((digit)", 1)[0])
    )
    return keys


def test_every_key_is_documented_and_every_documented_key_acts() -> None:
    documented = {key for name, _ in cells(KEYS_PAGE) for key in re.findall(r"`([^`]+)`", name)}

    assert documented == _keys_of_pages()


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", markdown())
def test_every_link_leads_somewhere(page: str) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (ROOT / page).parent / path if path else ROOT / page
        if not place.exists() or (anchor and anchor not in _anchors(place)):
            broken.append(target)

    assert broken == []


def test_every_page_can_be_reached_from_the_index() -> None:
    linked = set(re.findall(r"\]\(([^)#\s]+)", text("docs/index.md"))) | {"index.md"}
    pages = {
        str(PurePosixPath(page).relative_to("docs")) for page in own_files(".md") if page.startswith("docs/")
    }

    assert pages - linked == set()


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(
        int(Path(name).name[:4]) for name in own_files(".md") if name.startswith("docs/decisions/")
    )

    assert numbers == list(range(1, len(numbers) + 1))


def _tool_paths() -> list[tuple[str, str]]:
    """Each path of a function of a tool that a page speaks of; the tutorial makes the package of its own."""
    paths = re.compile(r"\btools\.([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)")
    return sorted(
        {
            (page, match[0])
            for page in markdown()
            for match in paths.finditer(text(page))
            if match[1] not in {"bank_days", "contract"} and match[2] != "tests"
        }
    )


@pytest.mark.parametrize(("page", "path"), _tool_paths())
def test_every_tool_that_a_page_speaks_of_exists(page: str, path: str) -> None:
    assert load(path), page


def _calls_of_tools() -> list[tuple[str, str, str]]:
    call = re.compile(r"^\$ ledgerflow tools run (\S+) --json '(.*?)'", re.MULTILINE)
    found = ((page, *match.groups()) for page in markdown() for match in call.finditer(text(page)))
    return [each for each in found if "bank_days" not in each[1]]


@pytest.mark.parametrize(("page", "path", "arguments"), _calls_of_tools())
def test_every_call_of_a_tool_in_an_example_fits_its_arguments(page: str, path: str, arguments: str) -> None:
    given, function = json.loads(arguments), load(path)

    check(signature_of(function).arguments, given, what="argument")
    assert typed_arguments(function, given).keys() >= given.keys(), page


class Example(NamedTuple):
    page: str
    command: str
    output: str


def _tested_examples() -> list[Example]:
    return [
        Example(page, command, output)
        for page in markdown()
        for command, output in re.findall(
            r"<!-- tested -->\n```console\n\$ (.+)\n((?:.*\n)*?)```", text(page)
        )
    ]


@pytest.mark.parametrize("example", _tested_examples(), ids=lambda example: example.command)
def test_an_example_prints_what_the_page_shows(example: Example) -> None:
    program, *arguments = shlex.split(example.command)

    done = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == example.output, done.stderr


def test_there_are_tested_examples() -> None:
    assert _tested_examples()
