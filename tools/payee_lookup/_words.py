"""Words as they are compared: without case, accents and marks."""

import re
import unicodedata

_APOSTROPHES = dict.fromkeys(map(ord, "'\u2019"))
_NO_WORD = re.compile(r"[^\w&]+|_+")


def folded(text: str) -> str:
    """Return the text in small letters without accents and apostrophes, its words separated by single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_APOSTROPHES))
    return _NO_WORD.sub(" ", "".join(char for char in plain if not unicodedata.combining(char))).strip()


def words(text: str) -> list[str]:
    """Return the folded words of the text."""
    return folded(text).split()


def compact(text: str) -> str:
    """Return the letters and digits of the text alone, as a host's name writes them."""
    return "".join(char for char in folded(text).replace("&", "and") if char.isalnum())


def word_set(text: str, separator: str | None = None) -> frozenset[str]:
    """Return the parts of a list that is written with spaces, or another separator, between them."""
    return frozenset(part.strip() for part in text.split(separator))
