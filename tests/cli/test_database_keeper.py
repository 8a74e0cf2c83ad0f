"""Who looks after the database looks after web and worker too, and is not held up."""

from ledgerflow.cli import database
from ledgerflow.embedded.folder import DataFolder
from ledgerflow.embedded.locks import FileLock


def test_a_server_that_is_being_started_is_not_waited_for(tmp_path, settings, monkeypatch, caplog):
    settings.USES_EMBEDDED_DATABASE, settings.DATA_DIR = True, tmp_path
    monkeypatch.setattr(database, "_LOOK_SECONDS", 0.1)

    with FileLock(DataFolder.at(tmp_path).supervisor) as starting:
        # Somebody is at it, for as long as it takes.
        starting.wait_exclusive()
        database.DatabaseKeeper().keep_up()

    assert caplog.records == []
