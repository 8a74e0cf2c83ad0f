"""The proof of a finished reconciliation: it lists bank lines by ids, which are other ones in another installation."""

from collections.abc import Callable
from typing import Any

from ledgerflow.exchange.archive.errors import ArchiveError


def with_lines_called(proof: Any, name: Callable[[int], int | None]) -> dict[str, Any]:
    """Return the proof with every bank line called by another number, or by none where it is gone.

    Raises:
        ArchiveError: it is no proof, or as ``name`` says.
    """
    try:
        matches = [
            match | {"bank": [said | {"line": name(said["line"])} for said in match["bank"]]}
            for match in proof["matches"]
        ]
    except (TypeError, KeyError) as error:
        raise ArchiveError(
            "The proof of a finished reconciliation does not list what was matched."
        ) from error
    return {**proof, "matches": matches}
