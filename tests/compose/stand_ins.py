"""The image's scripts in a folder of their own, beside stand-ins for the programs that they call."""

import os
import subprocess
from pathlib import Path

from tests.sources import ROOT, text


class Script:
    """One script of the image of PostgreSQL; what it keeps lies in ``repository``."""

    def __init__(self, name: str, folder: Path, **programs: str) -> None:
        self.name, self.folder, self.repository = name, folder, folder / "repository"
        self.repository.mkdir(exist_ok=True)
        common = folder / "common.sh"
        common.write_text(
            f". '{ROOT}/docker/postgres/common.sh'\nexport REPOSITORY='{self.repository}'\n"
            f"STANDING='{folder}'\nLIVE='{folder}/clusters/live'\nBESIDE='{folder}/clusters/beside'\n"
            "as_postgres() { :; }\n"
        )
        script = text(f"docker/postgres/bin/{name}")
        self.put(name, script.replace("/usr/local/lib/ledgerflow/common.sh", str(common)))
        for program, lines in programs.items():
            self.put(program, f"#!/bin/bash\n{lines}\n")

    def put(self, name: str, script: str) -> None:
        """Write a program of the name, which is found before the machine's."""
        (self.folder / name).write_text(script)
        (self.folder / name).chmod(0o755)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the script; its status is the caller's to judge."""
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        return subprocess.run(
            [self.folder / self.name, *words], capture_output=True, text=True, check=False, env=environment
        )
