"""Thousands of damaged files: each is read or refused with a sentence, within the limits, and nothing is invented."""

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledgerflow.toolbox.sandbox import Sandbox, SandboxError
from tests.fuzz.mutations import damaged
from tests.fuzz.seeds import READERS, seeds

#: ``make fuzz`` asks for 10,000.
_IS_WHOLE = "FUZZ" in os.environ
_MUTATIONS = int(os.environ.get("FUZZ", "50"))
_SEED = int(os.environ.get("FUZZ_SEED", "2026"))
_BATCH = 20


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox("tests.fuzz.jobs")
    yield made
    made.close()


def _files(reader: str) -> list[bytes]:
    chance = random.Random(f"{_SEED} {reader}")
    sound = seeds(reader)
    return [damaged(chance.choice(sound), chance.choice(sound), chance) for _ in range(_MUTATIONS)]


def _read(sandbox: Sandbox, reader: str, files: list[bytes]) -> list[dict[str, object]]:
    request = {"reader": f"{reader}_statement", "sizes": [len(each) for each in files]}
    return [json.loads(line) for line in sandbox.run("read", content=b"".join(files), request=request)]


def _each(sandbox: Sandbox, reader: str, files: list[bytes]) -> Iterator[dict[str, object]]:
    """Read a batch in one child; where it fails, each file in a child of its own, so that limits count for one file."""
    try:
        said = _read(sandbox, reader, files)
    except SandboxError:
        said = []
    yield from said
    for each in files[len(said) :]:
        try:
            yield from _read(sandbox, reader, [each])
        except SandboxError as error:
            yield {"outcome": f"{type(error).__name__}: {error}"[:200], "nowhere": [], "is_sentence": False}


@pytest.mark.parametrize("reader", READERS)
def test_a_damaged_file_is_read_or_refused_with_a_sentence_and_no_amount_is_invented(
    sandbox: Sandbox, reader: str
):
    files, became, faults = _files(reader), Counter[str](), []

    for start in range(0, len(files), _BATCH):
        batch = files[start : start + _BATCH]
        for number, said in enumerate(_each(sandbox, reader, batch), start):
            became[str(said["outcome"])] += 1
            if said["nowhere"] or not said["is_sentence"]:
                faults.append((number, said))
                _keep(reader, number, files[number])

    if _IS_WHOLE:
        sys.stdout.write(f"\n{reader}: {dict(became)}\n")
    assert faults == []
    assert set(became) <= {"read", "empty", "refused"}
    assert became["read"] > 0


def _keep(reader: str, number: int, content: bytes) -> None:
    """Keep a file that a reader failed on, where ``FUZZ_KEEP`` names a folder."""
    folder = os.environ.get("FUZZ_KEEP")
    if folder:
        (Path(folder) / f"{reader}-{number}").write_bytes(content)
