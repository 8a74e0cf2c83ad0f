"""A new tool is one folder, which passes its own test, ruff and mypy at once."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ledgerflow import cli
from ledgerflow.toolbox.descriptions import find_tools

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path):
    """A tree with no tool in it, and the project's rules."""
    folder = tmp_path / "tree" / "tools"
    folder.mkdir(parents=True)
    for name in ("__init__.py", "contract.py"):
        shutil.copy(ROOT / "tools" / name, folder)
    shutil.copy(ROOT / "pyproject.toml", folder.parent)
    return folder.parent


def _run(tree: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(Path(sys.executable).parent), "PYTHONPATH": str(tree)},
    )
    return f"{done.stdout}{done.stderr}" if done.returncode else ""


@pytest.mark.parametrize("name", ["word_counter", "address_of_a_payee"])
def test_a_new_tool_passes_its_test_and_every_rule_at_once(tree, capsys, name):
    assert cli.main(["tools", "new", name, "--into", str(tree / "tools")]) == 0

    assert f"tools/{name}/_work.py" in capsys.readouterr().out
    assert _run(tree, "pytest", "-q", "-c", "/dev/null", "--rootdir", ".", f"tools/{name}") == ""
    assert _run(tree, "ruff", "check", "--no-cache", f"tools/{name}") == ""
    assert _run(tree, "ruff", "format", "--no-cache", "--check", f"tools/{name}") == ""
    assert _run(tree, "mypy", "--strict", "--config-file=", "-p", f"tools.{name}._work") == ""
    assert _run(tree, "mypy", "--strict", "--config-file=", f"tools/{name}/__init__.py") == ""


def test_the_golden_result_it_writes_anew(tree):
    cli.main(["tools", "new", "word_counter", "--into", str(tree / "tools")])
    expected = tree / "tools" / "word_counter" / "tests" / "samples" / "sentence.expected.json"
    before = expected.read_text()
    expected.write_text("{}")
    assert _run(tree, "pytest", "-q", "-c", "/dev/null", "--rootdir", ".", "tools/word_counter") != ""

    assert _run(tree, "tools.word_counter.tests.golden") == ""

    assert expected.read_text() == before


def test_a_new_tool_is_found_as_it_is(packages):
    cli.main(["tools", "new", "word_counter", "--into", str(packages.folder)])

    (package,) = find_tools({"word_counter"})

    assert package.problem == ""
    (tool,) = package.tools
    assert (tool.path, tool.problem) == ("tools.word_counter.count_words", "")
    assert tool.argument_schema["properties"]["text"]["maxLength"] == 10_000


@pytest.mark.parametrize(
    "name",
    ["Word", "1word", "word-counter", "_word", "class", "../word", "w", "wörter", "word_counter\n", ""],
)
def test_a_name_that_will_not_do_it_refuses(tmp_path, capsys, name):
    assert cli.main(["tools", "new", name, "--into", str(tmp_path)]) == 1

    assert "will not do as the name of a tool" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_tool_that_is_there_it_does_not_write_over(tmp_path, capsys):
    cli.main(["tools", "new", "word_counter", "--into", str(tmp_path)])
    (tmp_path / "word_counter" / "README.md").write_text("mine")

    assert cli.main(["tools", "new", "word_counter", "--into", str(tmp_path)]) == 1

    assert "There is a tools/word_counter already" in capsys.readouterr().err
    assert (tmp_path / "word_counter" / "README.md").read_text() == "mine"
