"""What a verification finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the books that cannot be so: ``check`` names the check, ``sentence`` what it found."""

    check: str
    sentence: str
