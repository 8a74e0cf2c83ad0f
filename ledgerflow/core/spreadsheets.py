"""Text in a CSV file that a spreadsheet will open."""

#: A spreadsheet takes a text that begins so for a formula (OWASP ASVS 1.2.10).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")


def harmless(text: str) -> str:
    """Return the text, behind an apostrophe where a spreadsheet would compute it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
