"""Who looks after the database looks after web and worker too, and is not held up."""

from ledgerflow.cli import database
from ledgerflow.embedded.folder import DataFolder
from ledgerflow.embedded.locks import FileLock


def test_a_server_that_is_being_started_is_not_waited_for_and_warned_of_when_it_takes_long(
    tmp_path, settings, monkeypatch, caplog
):
    settings.USES_EMBEDDED_DATABASE, settings.DATA_DIR = True, tmp_path
    monkeypatch.setattr(database, "_LOOK_SECONDS", 0.1)
    keeper = database.DatabaseKeeper()

    with FileLock(DataFolder.at(tmp_path).supervisor) as starting:
        # Somebody is at it, for as long as it takes.
        starting.wait_exclusive()
        keeper.keep_up()
        assert caplog.records == []
        for _ in range(8):  # the last ones come while the next look is not due
            keeper.keep_up()

    [warned] = caplog.records
    assert "next try in 1 s" in warned.message
    assert "postgres.log" in warned.message
