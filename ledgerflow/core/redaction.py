"""Secrets and bank details taken out of text before it is written anywhere: log lines, tracebacks, the error log."""

import re
from collections.abc import Iterable

HIDDEN = "***"

#: A word that says that what follows is a secret; also the names of form fields and headers.
SECRET_WORD = re.compile(
    r"pass(?:word|wd|phrase)|pwd|secret|token|api[-_ ]?key|private[-_ ]?key"
    r"|authorization|cookie|session|csrf|credential|dsn",
    re.IGNORECASE,
)
_SHORTEST_SECRET = 6
_LONGEST_TEXT = 100_000

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
        ),
        HIDDEN,
    ),
    (re.compile(r"\b(Bearer|Basic|Token)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    # A name goes on to its end, but not past another such word, from which it is looked at by itself: a long run of
    # letters must not be searched from each of them to its end.
    (
        re.compile(
            rf"((?:{SECRET_WORD.pattern})(?:(?!{SECRET_WORD.pattern})[\w-])*+[\"']?\s*(?:[:=]|=>)\s*)"
            r"(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"',;&}\])]+)",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+"), HIDDEN),
    (re.compile(r"\b(?:sk|pk|rk|lf|ghp|gho|xox[abp])[-_][A-Za-z0-9_-]{16,}"), HIDDEN),
    # Addresses that are a right by themselves.
    (re.compile(r"/(link|invitation|answer)/[\w-]{8,}"), rf"/\1/{HIDDEN}"),
    (re.compile(r"/password/reset/[\w-]+/[\w-]{8,}"), f"/password/reset/{HIDDEN}/{HIDDEN}"),
    # PostgreSQL repeats rows in these lines of its errors.
    (re.compile(r"(DETAIL|CONTEXT):[^\n]*"), rf"\1: {HIDDEN}"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), HIDDEN),
)
_RUN = re.compile(r"[^\s'\"]+")
_CARD = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?!\d|\.\d)")

_known: set[str] = set()


def hide(values: Iterable[str | None]) -> None:
    """Hide these values from now on wherever they stand; short ones would hide ordinary words."""
    _known.update(value for value in values if value and len(value) >= _SHORTEST_SECRET)


def redacted(text: str) -> str:
    """Return the text without secrets, account numbers and card numbers."""
    shown = text[:_LONGEST_TEXT]
    for value in sorted(_known, key=len, reverse=True):
        shown = shown.replace(value, HIDDEN)
    if "://" in shown:
        shown = _RUN.sub(_without_passwords, shown)
    for pattern, replacement in _PATTERNS:
        shown = pattern.sub(replacement, shown)
    return _CARD.sub(_card, shown)


def _without_passwords(match: re.Match[str]) -> str:
    """Hide the password in each postgresql://user:password@host, however long, also where it holds a slash."""
    run, parts, done, host = match[0], [], 0, -1
    begin = run.find("://")
    while begin >= 0:
        host = run.find("@", begin) if host < begin else host
        if host < 0:
            break
        colon = run.find(":", begin + 3, host)
        if colon >= 0 and run.find("/", begin + 3, colon) < 0:
            parts += [run[done : colon + 1], HIDDEN]
            begin, done = run.find("://", host), host
        else:
            begin = run.find("://", begin + 3)
    return "".join([*parts, run[done:]])


def _card(match: re.Match[str]) -> str:
    """Hide a number whose check digit is a card's; times and ids mostly are not."""
    backwards = [int(one) for one in reversed(match[0]) if one.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in backwards[1::2]]
    return HIDDEN if (sum(backwards[::2]) + sum(doubled)) % 10 == 0 else match[0]
