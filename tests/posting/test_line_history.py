"""The history of a line is told by time, also where nobody kept when a rule took it."""

import datetime as dt

from ledgerflow.classification.history_selectors import ToldChange
from ledgerflow.payees.lookups import Lookup
from ledgerflow.posting.line_history import history_of


def _at(hour: int) -> dt.datetime:
    return dt.datetime(2026, 11, 28, hour, tzinfo=dt.UTC)


def _lookup(hour: int, failure: str) -> Lookup:
    return Lookup(
        run_id=hour,
        asked_by="Ann",
        asked_at=_at(hour),
        answered_at=_at(hour),
        is_kept_answer=False,
        failure=failure,
    )


def test_failed_lookups_stand_where_they_happened_and_answered_ones_do_not():
    changes = [
        ToldChange(at, who, "decided", undone_at=None, facts=())
        for at, who in ((None, "now"), (_at(12), "Bob"), (None, "a rule"), (_at(8), "Cy"))
    ]
    lookups = [
        _lookup(13, "No."),
        _lookup(11, ""),
        _lookup(10, "Nobody answers."),
        _lookup(9, "No."),
        _lookup(7, "No."),
    ]

    rows = history_of(changes=changes, lookups=lookups, said=None)

    assert [(row.who, row.run_id) for row in rows] == [
        ("now", None), ("Ann", 13), ("Bob", None), ("a rule", None), ("Ann", 10), ("Ann", 9), ("Cy", None), ("Ann", 7),
    ]  # fmt: skip
    assert rows[4].sentence == "The payee was not found out. Nobody answers."
