"""What ``PRODUCTION=1`` refuses, and what it takes."""

from pathlib import Path

import pytest

from config.env import SettingError, load
from config.production import refuse_examples

GOOD = {
    "PRODUCTION": "1",
    "LEDGERFLOW_URL": "https://books.firm.test",
    "DATABASE_URL": "postgresql://lf_app:4f0c2a9b7d1e8c3f@postgres:5432/ledgerflow",
}


def _start(tmp_path: Path, **changed: str) -> None:
    refuse_examples(load({**GOOD, "LEDGERFLOW_DATA_DIR": str(tmp_path), **changed}))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"REDIS_URL": "redis://redis:6379/0"},
        {"DATABASE_URL": ""},
        {"DATABASE_URL": "postgresql:///ledgerflow?host=/run/postgresql"},
        {"PRODUCTION": "0", "DEBUG": "1", "LEDGERFLOW_URL": "http://localhost:9000"},
    ],
)
def test_it_starts_with(tmp_path: Path, changed: dict[str, str]) -> None:
    _start(tmp_path, **changed)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"DEBUG": "1"}, "set DEBUG=0"),
        ({"LEDGERFLOW_URL": ""}, "https://"),
        ({"LEDGERFLOW_URL": "http://books.firm.test"}, "https://"),
        ({"LEDGERFLOW_URL": "https://books.example.org"}, "the example's"),
        ({"LEDGERFLOW_URL": "https://localhost"}, "the example's"),
        ({"DATABASE_URL": "postgresql://lf_app:password@db/ledgerflow"}, "DATABASE_URL holds an example's"),
        ({"DATABASE_URL": "postgresql://lf_app:Change-Me-0123456789abc@db/ledgerflow"}, "make env"),
        ({"DATABASE_URL": "postgresql://lf_app:short@db/ledgerflow"}, "less than 16"),
        ({"DATABASE_URL": "postgresql://lf_app@db/ledgerflow"}, "less than 16"),
        ({"DATABASE_OWNER_URL": "postgresql://lf_owner:postgres@db/ledgerflow"}, "DATABASE_OWNER_URL"),
        ({"DATABASE_BACKUP_URL": "postgresql://lf_backup:short@db/ledgerflow"}, "DATABASE_BACKUP_URL"),
        ({"REDIS_URL": "redis://:secret@redis:6379/0"}, "REDIS_URL"),
    ],
)
def test_it_refuses(tmp_path: Path, changed: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        _start(tmp_path, **changed)


def test_no_sentence_repeats_a_password(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as refused:
        _start(tmp_path, DATABASE_URL="postgresql://lf_app:swordfish@db/ledgerflow")

    assert "swordfish" not in str(refused.value)
