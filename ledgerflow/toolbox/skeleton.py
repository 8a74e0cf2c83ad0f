"""The files of a new tool: a package that works, with a sample, to be changed into what one needs. Pure."""

import keyword
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

import tools

_NAME = re.compile(r"[a-z][a-z0-9_]{1,59}", re.ASCII)

_INIT = '''"""Counts the words of a text. Say here, in a sentence, what the tool is for."""

$imports

__all__ = ["count_words"]

MANIFEST = Manifest(
    version="0.1.0",
    kind="other",
    summary="Counts the words of a text.",
)
'''

_WORK = '''"""The work of the tool; everything that begins with an underscore is its own affair."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from tools.contract import ToolError


@dataclass(frozen=True, slots=True)
class Words:
    """How many words the text has, and the longest of them."""

    count: int
    longest: str


def count_words(text: Annotated[str, Field(description="The text.", max_length=10_000)]) -> Words:
    """Count the words of a text.

    Raises:
        ToolError: there is no word in it.
    """
    words = text.split()
    if not words:
        raise ToolError("The text has no words; give one that has.")
    return Words(count=len(words), longest=max(words, key=len))
'''

_README = """# $title

What the tool does, for whom, and what it does not do.

## What it takes and gives

| Argument | Meaning |
|---|---|
| `text` | the text |

It returns `count`, the number of words, and `longest`, the longest of them.

## What it refuses, with a sentence

- A text without words.

## What it may do

It only computes: no network, no settings, no other tool. `MANIFEST` in `__init__.py` says so; whoever enables the tool
agrees to that.

## Tests

`python -m pytest tools/$name` compares each `tests/samples/*.json` with the expected result beside it; after a change
that is meant, `python -m tools.$name.tests.golden` writes the results anew.
"""

_GOLDEN = '''"""Write the expected results beside the samples: ``python -m tools.$name.tests.golden``."""

import json
from dataclasses import asdict
from pathlib import Path

$imports_of_tests

SAMPLES = sorted(
    path for path in (Path(__file__).parent / "samples").glob("*.json") if ".expected" not in path.name
)


def expected_path(sample: Path) -> Path:
    return sample.with_name(f"{sample.stem}.expected.json")


def result_of(sample: Path) -> str:
    """Return what the arguments in the sample give, as JSON."""
    try:
        result = asdict(count_words(**json.loads(sample.read_text(encoding="utf-8"))))
    except ToolError as error:
        result = {"refused": str(error)}
    return json.dumps(result, ensure_ascii=False, indent=1, default=str) + "\\n"


if __name__ == "__main__":
    for each in SAMPLES:
        expected_path(each).write_text(result_of(each), encoding="utf-8")
'''

_TEST = """import pytest

from tools.$name.tests.golden import SAMPLES, expected_path, result_of


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_sample_gives_what_is_expected(sample):
    assert result_of(sample) == expected_path(sample).read_text(encoding="utf-8")


def test_there_are_samples():
    assert SAMPLES
"""

_FILES: Mapping[str, str] = {
    "__init__.py": _INIT,
    "_work.py": _WORK,
    "README.md": _README,
    "requirements.txt": "pydantic>=2.11,<3\n",
    "tests/__init__.py": "",
    "tests/golden.py": _GOLDEN,
    "tests/test_golden.py": _TEST,
    "tests/samples/sentence.json": '{"text": "Money out is negative."}\n',
    "tests/samples/sentence.expected.json": '{\n "count": 4,\n "longest": "negative."\n}\n',
    "tests/samples/nothing.json": '{"text": " "}\n',
    "tests/samples/nothing.expected.json": '{\n "refused": "The text has no words; give one that has."\n}\n',
}


class SkeletonError(Exception):
    """The files cannot be written; the message says why."""


def write_skeleton(name: str, *, folder: Path | None = None) -> list[Path]:
    """Write the package ``name`` below ``folder``, by default beside the other tools; return its files.

    :raises SkeletonError: the name will not do, is taken, or the folder cannot be written.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise SkeletonError(
            f"“{name[:60]}” will not do as the name of a tool: use lower-case letters, digits and _, as in "
            "word_counter."
        )
    parent = folder or Path(tools.__path__[0])
    home = parent / name
    if home.exists() or home.with_suffix(".py").exists():
        raise SkeletonError(f"There is a tools/{name} already; choose another name.")
    values = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "imports": _in_order(f"tools.{name}._work", "count_words", "Manifest"),
        "imports_of_tests": _in_order(f"tools.{name}", "count_words", "ToolError"),
    }
    written = []
    try:
        for file, text in _FILES.items():
            path = home / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(Template(text).substitute(values), encoding="utf-8")
            written.append(path)
    except OSError as error:
        raise SkeletonError(f"The files of the tool cannot be written: {error}.") from None
    return written


def _in_order(module: str, name: str, of_the_contract: str) -> str:
    """Return the two imports, the module first that comes first in the alphabet."""
    imports = {module: name, "tools.contract": of_the_contract}
    return "\n".join(f"from {each} import {imports[each]}" for each in sorted(imports))
