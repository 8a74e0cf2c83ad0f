"""Make sure that the requirements of all tools, and LedgerFlow's own, can be installed together.

    python .ci/tool_requirements.py [--own pyproject.toml] [FOLDER] [-- OPTIONS OF uv pip compile]

FOLDER holds the packages (`tools` if none is given). Where they cannot, the sentence names the two that clash, and the
exit status is 1; where no index of packages answers, nothing can be said, and the status is 3.
"""

import argparse
import itertools
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FITS, CLASHES, UNKNOWN = 0, 1, 3
_UNREACHABLE = (
    "Failed to fetch",
    "network was disabled",
    "Could not connect",
    "error sending request",
    "dns error",
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Whether the requirements of all tools can be installed together."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("tools"))
    parser.add_argument(
        "--own", type=Path, help="the application's own requirements, which are another party"
    )
    given = list(sys.argv[1:] if arguments is None else arguments)
    at = given.index("--") if "--" in given else len(given)
    options, uv = parser.parse_args(given[:at]), given[at + 1 :]
    files = [file for file in sorted(options.folder.glob("*/requirements.txt")) if _says_something(file)]
    if options.own is not None:
        files.append(options.own)
    if (problem := _problem(files, uv)) is None:
        print(f"The requirements of {len(files)} packages can be installed together.")
        return FITS
    if any(sign in problem for sign in _UNREACHABLE):
        print(
            f"Whether the requirements fit together cannot be told without an index of packages:\n{problem}"
        )
        return UNKNOWN
    for file in files:
        if (alone := _problem([file], uv)) is not None:
            print(f"The requirements of {_name(file, options.own)} cannot be installed even alone:\n{alone}")
            return CLASHES
    for first, second in itertools.combinations(files, 2):
        if (clash := _problem([first, second], uv)) is not None:
            print(
                f"The requirements of {_name(first, options.own)} and {_name(second, options.own)} cannot be installed "
                f"together:\n{clash}"
            )
            return CLASHES
    print(f"The requirements fit in pairs, but not all together:\n{problem}")
    return CLASHES


def _says_something(file: Path) -> bool:
    return any(line.split("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())


def _name(file: Path, own: Path | None) -> str:
    return "LedgerFlow itself" if file == own else f"tools/{file.parent.name}"


def _problem(files: Sequence[Path], uv: Sequence[str]) -> str | None:
    """Return what uv says where the files cannot be resolved together."""
    if not files:
        return None
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--no-header",
            "--no-annotate",
            *uv,
            *map(str, files),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return None if done.returncode == 0 else done.stderr.strip()


if __name__ == "__main__":
    sys.exit(main())
