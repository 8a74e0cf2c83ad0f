"""The row of one run, written whole where that suffices."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ledgerflow.toolbox.services import runs
from ledgerflow.toolbox.services.standing import Standing


@dataclass(slots=True)
class Record:
    """The row of a run, on record before its answer is handed on: written once, or its beginning first.

    Nothing is written before ``make_sure`` has said how the tool stands.
    """

    asked: Callable[[], runs.Asked]
    now: datetime
    make_sure: Callable[[], Standing]
    _id: int | None = None

    def begin(self) -> None:
        """Write down that the run begins, unless that is written.

        :raises LimitReachedError: the book has used up what it may.
        """
        if self._id is None:
            limits = self.make_sure().limits
            self._id = runs.begin(self.asked(), now=self.now, **limits._asdict())

    def end(self, ending: runs.Ending) -> bool:
        """Write down how the run ended; return whether nobody had ended it before.

        :raises LimitReachedError: its beginning is not written, and the book has used up what it may.
        """
        if self._id is not None:
            return runs.finish(self._id, ending)
        limits = self.make_sure().limits
        self._id = runs.write_whole(self.asked(), ending, now=self.now, **limits._asdict())
        return True

    @property
    def run_id(self) -> int:
        """The id of the row, once something of it is written."""
        assert self._id is not None, "the run has not begun"
        return self._id
