"""Where the web processes of one server count together: a folder of files, named before the counters are made."""

import os
import shutil
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def prepare(data_dir: Path) -> Path:
    """Make the folder of this server's processes, and remove those of servers that have ended."""
    folder = data_dir / "metrics" / str(os.getppid())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for other in folder.parent.iterdir():
        if other.name.isdigit() and not _is_alive(int(other.name)):
            shutil.rmtree(other, ignore_errors=True)
    return folder


def forget_the_dead(folder: Path) -> None:
    """Remove what only living processes have, such as open connections, of those that were killed."""
    for file in folder.glob("gauge_live*_*.db"):
        process = file.stem.rpartition("_")[2]
        if process.isdigit() and not _is_alive(int(process)):
            file.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()
