"""Text that strangers wrote, made harmless to read for a model and for a person: data, never instructions."""

import json
import re
import unicodedata

#: A bank's text, a name, an excerpt of a page: what is longer is cut.
TEXT_LENGTH = 160
#: A tool's whole answer.
RESULT_LENGTH = 4_000

# Sequences that terminals obey.
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# Marks that chat templates read as the turn of somebody else.
_TEMPLATE_MARKS = re.compile(
    r"<\|[^|>]{0,40}\|>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?(?:system|assistant|user|tool_call|think)>",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")
_ROUNDS = 8
#: Surrogates, private and unassigned code points, controls, and what changes direction or has no width.
_REMOVED = {"Cc", "Cf", "Cs", "Co", "Cn"}
#: Combining marks in a row that a language needs.
_MARKS_IN_A_ROW = 3


def harmless(text: str) -> str:
    """Return the text without controls, invisible characters and marks of chat templates; its lines and tabs stay."""
    return _without_marks(_visible(text.replace("\r\n", "\n"), kept="\n\t"))


def stripped(text: str, length: int = TEXT_LENGTH) -> str:
    """Return the same on one line of at most ``length`` characters; what was cut ends with an ellipsis."""
    # Twenty times as much as is kept is looked at: nobody waits for a megabyte of invisible characters.
    shown = _SPACE.sub(" ", _without_marks(_visible(text[: 20 * length]))).strip()
    return shown if len(shown) <= length else shown[: length - 1].rstrip() + "…"


def exact(value: object) -> str:
    """Return a JSON value on one line, exactly: what cannot be seen, or is drawn as one space, as JSON escapes it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if text == exact_lines(text) == " ".join(text.split()) else json.dumps(value)


def exact_lines(text: str) -> str:
    """Return the text with what cannot be seen as JSON escapes it; its lines, tabs and spaces stay."""
    return "".join(char if _is_seen(char) else json.dumps(char)[1:-1] for char in text.replace("\r\n", "\n"))


def _is_seen(char: str) -> bool:
    return (
        (char.isprintable() and not _is_selector(char))
        or char in "\n\t"
        or unicodedata.category(char) == "Zs"
    )


def _without_marks(shown: str) -> str:
    for _ in range(_ROUNDS):
        without = _TEMPLATE_MARKS.sub(" ", shown)
        if without == shown:
            return shown
        shown = without
    return re.sub(r"[<>\[\]|]", " ", shown)


def _visible(text: str, kept: str = "") -> str:
    """Return what can be seen of the text, every space but those of ``kept`` a plain one."""
    shown: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", _SEQUENCE.sub("", text)):
        category = unicodedata.category(char)
        if char.isspace():
            shown.append(char if char in kept else " ")
        elif category in _REMOVED or _is_selector(char):
            continue
        elif category in {"Mn", "Me"}:
            marks += 1
            if marks <= _MARKS_IN_A_ROW:
                shown.append(char)
            continue
        else:
            shown.append(char)
        marks = 0
    return "".join(shown)


def _is_selector(char: str) -> bool:
    """Whether it is a variation selector, an invisible filler or a tag: texts are hidden in rows of them."""
    return (
        char in "\u115f\u1160\u3164\uffa0\u2800\u034f"
        or "\ufe00" <= char <= "\ufe0f"
        or "\U000e0000" <= char <= "\U000e0fff"
    )


def fenced(text: str, *, boundary: str) -> str:
    """Return the text between two lines that only this conversation knows, so that no text can close its own fence."""
    inside = text.replace(boundary, "")
    return f"<<data {boundary}\n{inside}\ndata {boundary}>>"
