"""The programs measured beside LedgerFlow, in an environment of their own (`.venv-peers`), never a dependency."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_ENVIRONMENT = ROOT / ".venv-peers"
PYTHON = _ENVIRONMENT / "bin" / "python"
BEAN_CHECK = _ENVIRONMENT / "bin" / "bean-check"
PACKAGES = (
    "beancount==3.2.3",
    "ofxtools==1.1.1",
    "django-ledger==0.8.5",
    "psycopg[binary]==3.3.9",
    "bankstatementparser==0.0.29",
    "mt-940==5.1.1",
    "pycamt==1.1.1",
    "quiffen==4.0.1",
    "pandas==2.3.3",
    "pdfplumber==0.11.10",
    "smart_importer==1.2",
    "scikit-learn==1.9.1",
)
#: Says which packages were installed last.
_INSTALLED = _ENVIRONMENT / "installed.txt"


def ensure() -> None:
    """Make the environment of the peers, once for each list of packages."""
    wanted = "\n".join(PACKAGES)
    if _INSTALLED.exists() and _INSTALLED.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", str(_ENVIRONMENT)], check=True)
    subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    _INSTALLED.write_text(wanted)


def run(script: str, *arguments: str, **environment: str) -> str:
    """Run one peer's script and return the last line it prints."""
    ensure()
    done = subprocess.run(
        [str(PYTHON), "-W", "ignore", str(Path(__file__).parent / script), *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    return done.stdout.strip().splitlines()[-1]
