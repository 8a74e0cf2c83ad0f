"""SQL beside a migration is run and taken back with it."""

from pathlib import Path

import pytest

from ledgerflow.core.migrations import sql_beside


def test_it_takes_both_directions_from_the_files_beside_the_migration(tmp_path: Path) -> None:
    (tmp_path / "0002_guard.sql").write_text("CREATE TABLE guarded ()")
    (tmp_path / "0002_guard.reverse.sql").write_text("DROP TABLE guarded")

    operation = sql_beside(str(tmp_path / "0002_guard.py"))

    assert operation.sql == "CREATE TABLE guarded ()"
    assert operation.reverse_sql == "DROP TABLE guarded"
    assert operation.reversible


def test_it_refuses_a_migration_without_its_reverse(tmp_path: Path) -> None:
    (tmp_path / "0002_guard.sql").write_text("CREATE TABLE guarded ()")

    with pytest.raises(FileNotFoundError, match=r"0002_guard\.reverse\.sql"):
        sql_beside(str(tmp_path / "0002_guard.py"))
