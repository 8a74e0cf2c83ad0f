"""Texts of strangers, made harmless to show: no control characters, no endless lines."""

import unicodedata

_LONGEST_LINE = 300


def cleaned(text: str) -> str:
    """Return the text without control and formatting characters; line breaks and tabs stay."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char)[0] != "C")


def line(text: object) -> str:
    """Return what a sentence can hold of the text."""
    return " ".join(cleaned(str(text or "")).split()).rstrip(".")[:_LONGEST_LINE]
