"""The requirements of all tools resolve together, or two are named. Real wheels in a folder, no network."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ledgerflow.toolbox.requirements import install_command, missing_requirements

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "tool_requirements.py"


@pytest.fixture
def wheels(tmp_path):
    """A folder of wheels as the only index: `grain` in two versions, and `flour`, which needs the first."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name, version, needs in [("grain", "1.0", ""), ("grain", "2.0", ""), ("flour", "1.0", "grain==1.0")]:
        info = f"{name}-{version}.dist-info"
        needed = f"Requires-Dist: {needs}\n" if needs else ""
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.py", "")
            wheel.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}"
            )
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
    return folder


def _look(tmp_path: Path, wheels: Path, own: str | None = None, **needed: str) -> tuple[int, str]:
    for name, lines in needed.items():
        (tmp_path / "tools" / name).mkdir(parents=True)
        (tmp_path / "tools" / name / "requirements.txt").write_text(lines)
    options = []
    if own is not None:
        (tmp_path / "pyproject.toml").write_text(own)
        options = ["--own", str(tmp_path / "pyproject.toml")]
    done = subprocess.run(
        [
            sys.executable,
            str(SCRIPT),
            *options,
            str(tmp_path / "tools"),
            "--",
            "--no-index",
            "--find-links",
            str(wheels),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "UV_NO_INDEX": "1",
            "UV_FIND_LINKS": str(wheels),
            "UV_CACHE_DIR": str(tmp_path / "cache"),
        },
    )
    return done.returncode, done.stdout + done.stderr


def test_what_fits_together_it_says(tmp_path, wheels):
    status, said = _look(
        tmp_path, wheels, bread="grain>=1\n", cake="flour\n", plain="# The standard library only.\n"
    )

    assert (status, said) == (0, "The requirements of 2 packages can be installed together.\n")


def test_two_that_clash_it_names_also_where_the_clash_is_deep_down(tmp_path, wheels):
    status, said = _look(tmp_path, wheels, bread="grain>=2\n", cake="flour\n", other="grain\n")

    assert status == 1
    assert said.startswith("The requirements of tools/bread and tools/cake cannot be installed together:")


def test_a_tool_that_clashes_with_ledgerflow_it_names(tmp_path, wheels):
    own = '[project]\nname = "own"\nversion = "1"\ndependencies = ["grain==2.0"]\n'

    status, said = _look(tmp_path, wheels, own, cake="flour\n", other="grain\n")

    assert status == 1
    assert said.startswith(
        "The requirements of tools/cake and LedgerFlow itself cannot be installed together:"
    )


def test_a_tool_that_cannot_be_installed_alone_it_names(tmp_path, wheels):
    status, said = _look(tmp_path, wheels, bread="grain==9\n", cake="flour\n")

    assert status == 1
    assert said.startswith("The requirements of tools/bread cannot be installed even alone:")


def test_what_is_missing_it_finds_in_the_words_of_the_file(packages):
    packages.write(
        "word_counter",
        "",
        "# words\n\ndjango>=5  # there\ndjango<2\nnobody-has-this\nnobody-has-this-either; python_version < '3'\n"
        "--index-url https://example.org\nnot a requirement\n",
    )

    assert missing_requirements("word_counter") == ["django<2", "nobody-has-this", "not a requirement"]
    assert missing_requirements("absent") == []
    assert install_command("word_counter") == "python -m pip install -r tools/word_counter/requirements.txt"


def test_the_lint_target_asks():
    assert importlib.util.find_spec("uv") is not None
    assert (
        ".ci/tool_requirements.py --own pyproject.toml" in SCRIPT.parents[1].joinpath("Makefile").read_text()
    )
