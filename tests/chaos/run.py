"""`make chaos`: LedgerFlow at work while its processes are killed; afterwards everything promised is there, once."""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledgerflow import embedded
from tests.chaos.killing import Killer
from tests.chaos.person import Person
from tests.chaos.work import BOOK, LINES_A_FILE, Work
from tests.cli.test_up import Up, _free_port
from tests.pipeline.statements import JANUARY, ofx

_SETTLING_SECONDS = 240
_NOT_INHERITED = {
    "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_BACKUP_URL", "REDIS_URL", "LEDGERFLOW_URL", "DEBUG", "PORT",
}  # fmt: skip


@contextmanager
def started(data_dir: Path) -> Iterator[tuple[Up, Person]]:
    """LedgerFlow with a book and its bank account in a folder of its own, and someone who is signed in."""
    first = data_dir.parent / "first.ofx"
    first.write_bytes(ofx(JANUARY)[0].content)
    with Up(data_dir, _free_port()) as up:
        assert _command(data_dir, "import", "--book", BOOK, "--create", "--wait", str(first)) == 0
        person = Person(up.address)
        assert person.press(up.link.removeprefix(up.address)).status == 302
        yield up, person


def _command(data_dir: Path, *words: str) -> int:
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    done = subprocess.run(
        [sys.executable, "-m", "ledgerflow.cli", *words],
        env={**environment, "LEDGERFLOW_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout, done.stderr)
    return done.returncode


def chaos(up: Up, person: Person, *, kills: int, seed: int, pause: float = 0.4) -> dict[str, object]:
    """Work and kill; return figures. Fails where anything that was promised is missing, double or half there."""
    print(f"SEED={seed}", flush=True)
    work, killer = Work(person, embedded.connection(up.data_dir)), Killer(up, seed)
    work.start()
    try:
        time.sleep(2)
        killer.kill(of_each=kills, pause=pause)
    finally:
        work.stop()
    retried = _settle(work)
    committed_in_doubt = check(work)
    assert _command(up.data_dir, "verify") == 0
    return {
        "seed": seed,
        "kills": dict(killer.killed),
        "slowest return, s": round(killer.slowest, 1),
        "files": len(work.files),
        "files given up and tried again": retried,
        "entries by hand": len(work.entries),
        "in doubt": len(work.entries_in_doubt),
        "in doubt, of which kept": committed_in_doubt,
        "lines decided": len(work.decided),
        "lines posted": len(work.posted),
        "answers by status": dict(sorted(work.answers.items())),
    }


def _settle(work: Work) -> int:
    """Wait until every file is taken in; what was given up after three dead workers is tried again, as by a person."""
    deadline, retried = time.monotonic() + _SETTLING_SECONDS, 0
    while True:
        retried += work.retry_failed()
        states = dict(work.query("SELECT state, count(*) FROM pipeline_importrun GROUP BY state"))
        if set(states) == {"ready"}:
            return retried
        assert time.monotonic() < deadline, f"files do not settle: {states}"
        time.sleep(0.5)


def check(work: Work) -> int:
    """Hold the database against the promises; return how many of what was in doubt is there."""
    newest = "SELECT message, traceback FROM ops_errorevent ORDER BY last_seen DESC LIMIT 3"
    assert not work.odd, (work.odd[0].status, work.query(newest))
    stored = {sha for (sha,) in work.query("SELECT sha256 FROM documents_document")}
    assert work.files <= stored, "a file that was taken is gone"
    runs = work.query(
        "SELECT run.id, run.lines_new, count(sighting.*) FROM pipeline_importrun run"
        " JOIN statements_statement statement ON statement.document_id = run.document_id"
        " JOIN statements_sighting sighting ON sighting.statement_id = statement.id GROUP BY run.id ORDER BY run.id"
    )
    assert len(runs) == len(stored)
    assert all(new == seen == LINES_A_FILE for _, new, seen in runs[1:]), "a file is half there"
    texts = [
        text for (text,) in work.query("SELECT text FROM ledger_entrytext WHERE text LIKE 'entry by hand%%'")
    ]
    assert len(texts) == len(set(texts)), "an entry was made twice"
    assert work.entries <= set(texts), "an entry that was acknowledged is gone"
    assert set(texts) <= work.entries | work.entries_in_doubt
    states = dict(work.query("SELECT line_id, state FROM classification_classification"))
    assert all(states[line] in {"accepted", "posted"} for line in work.decided), "a decision is gone"
    assert all(states[line] == "posted" for line in work.posted), "a posting is gone"
    assert work.query("SELECT coalesce(sum(base_amount), 0) FROM ledger_journalline") == [(0,)]
    return len(set(texts) - work.entries)


def main() -> None:
    """Run at the size that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="of each: web, worker, PostgreSQL")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, started(Path(folder) / "data") as (up, person):
        for name, value in chaos(up, person, kills=options.kills, seed=options.seed).items():
            print(f"{name}: {value}")


if __name__ == "__main__":
    main()
