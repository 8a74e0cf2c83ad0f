"""Amounts worked out as people write them, such as ``16.99*1.1``: exact, until they are rounded once."""

import re
from decimal import Decimal
from fractions import Fraction

#: The characters that a formula may have; nothing within them nests or grows too far.
LONGEST = 60
_TOKEN = re.compile(r"\s*(\d{1,15}(?:\.\d{1,10})?|[-+*/()])")
_GREATEST = 10**15


def worked_out(formula: str, *, digits: int) -> Decimal:
    """Return what the formula comes to, rounded half up to so many digits after the point.

    It knows numbers, ``+``, ``-``, ``*``, ``/`` and brackets.

    Raises:
        ValueError: it is none, divides by zero, or comes to more than any amount; the message says which.
    """
    found = _Reader(formula).run()
    if abs(found) >= _GREATEST:
        raise ValueError("it comes to more than any amount")
    size = abs(found) * 10**digits
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return Decimal(whole if found >= 0 else -whole).scaleb(-digits)


class _Reader:
    def __init__(self, formula: str) -> None:
        if len(formula) > LONGEST:
            raise ValueError(f"it is longer than {LONGEST} characters")
        self._tokens: list[str] = []
        at = 0
        while formula[at:].strip():
            match = _TOKEN.match(formula, at)
            if match is None:
                raise ValueError(f"“{formula[at:].split(maxsplit=1)[0]}” is no part of one")
            self._tokens.append(match[1])
            at = match.end()

    def run(self) -> Fraction:
        found = self._sum()
        if self._tokens:
            raise ValueError(f"“{self._tokens[0]}” stands at a wrong place")
        return found

    def _next(self, *wanted: str) -> str:
        return self._tokens.pop(0) if self._tokens and self._tokens[0] in wanted else ""

    def _sum(self) -> Fraction:
        found = self._product()
        while sign := self._next("+", "-"):
            other = self._product()
            found = found + other if sign == "+" else found - other
        return found

    def _product(self) -> Fraction:
        found = self._factor()
        while sign := self._next("*", "/"):
            other = self._factor()
            if sign == "/" and not other:
                raise ValueError("it divides by zero")
            found = found * other if sign == "*" else found / other
        return found

    def _factor(self) -> Fraction:
        if self._next("-"):
            return -self._factor()
        if self._next("("):
            found = self._sum()
            if not self._next(")"):
                raise ValueError("a bracket is not closed")
            return found
        if not self._tokens or not self._tokens[0][0].isdigit():
            raise ValueError("a number is missing")
        return Fraction(self._tokens.pop(0))
