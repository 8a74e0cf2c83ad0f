"""What is taken out of a text before it leaves the machine, by profile. Pure: no Django, no database.

``strict``: account and card numbers, e-mail addresses, telephone and other long numbers, amounts, and the names of
people that are handed over. ``names``: the same, but names stay. ``off``: nothing is taken out; only services of the
installation itself are spoken to like this. Dates stay. What is taken out leaves its kind behind: ``[account]``.

A net for what gets into a query by the way, no wall against a tool that means to smuggle: that is what consent is for.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, get_args

Profile = Literal["strict", "names", "off"]
PROFILES: tuple[str, ...] = get_args(Profile)

# Every repetition has a greatest count, so that no text makes the search slow.
_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]]{1,64}@[^\s@<>\"'(),:;\[\]]{1,255}")
# ISO 13616: two letters, two digits, eleven to thirty letters and digits, printed in groups or not.
_ACCOUNT_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[ .-]?\d[ .-]?\d(?=[ .-]?[A-Za-z0-9])")
_ACCOUNT_TOKEN = re.compile(r"[A-Za-z]{2}\d{2}(?=[A-Za-z]*\d)[A-Za-z0-9]{11,30}(?![A-Za-z0-9])")
_ACCOUNT_LENGTHS = range(34, 14, -1)
_ACCOUNT_MARKS = " .-"
_AMOUNT = re.compile(
    r"[$€£¥]\s?-?\d(?:[.,' ]?\d){0,30}"
    r"|(?<![\d.,])-?\d{1,3}(?:[.,' ]\d{3}){1,6}[.,]\d{2}(?![.,]?\d)"
    r"|(?<![\d.,])-?\d{1,30}[.,]\d{2}(?![.,]?\d)"
)
_DAY = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])[./](?:0[1-9]|1[0-2])[./](?:19|20)\d\d)(?!\d)"
)
#: Seven digits or more with at most one mark between two of them: telephone, card, account and tax numbers.
_NUMBER = re.compile(r"\+?\(?\d(?:[ ./()_:-]{0,2}\d){6,}")
_INVISIBLE = "Cf"
_SHORTEST_NAME = 3


def redacted(text: str, profile: Profile, *, names: Iterable[str] = ()) -> str:
    """Return the text without what the profile takes out."""
    if profile == "off":
        return text
    shown = as_seen(text)
    if profile == "strict":
        shown = _without_names(shown, names)
    shown = _EMAIL.sub("[email]", shown)
    shown = _without_accounts(shown)
    # Days are the one long number that stays; everything between them is looked at.
    parts, at = [], 0
    for day in _DAY.finditer(shown):
        parts += [_without_numbers(shown[at : day.start()]), day[0]]
        at = day.end()
    return "".join([*parts, _without_numbers(shown[at:])])


def redacted_value(value: Any, redact: Callable[[str], str]) -> Any:
    """Return JSON values whose texts went through ``redact``; numbers of which it leaves less become texts."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redact(str(name)): redacted_value(each, redact) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [redacted_value(each, redact) for each in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        written = str(value)
        shown = redact(written)
        return value if shown == written else shown
    return value


def redacted_path(path: str, profile: Profile, *, names: Iterable[str] = ()) -> str:
    """Return the path of an address without accounts, e-mail addresses, long numbers and names; amounts may stay."""
    if profile == "off":
        return path
    shown = _without_names(as_seen(path), names) if profile == "strict" else as_seen(path)
    return _NUMBER.sub("[number]", _without_accounts(_EMAIL.sub("[email]", shown)))


def as_seen(text: str) -> str:
    """Return the text as it looks: full-width digits are digits, and what cannot be seen hides nothing."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(each for each in normal if unicodedata.category(each) != _INVISIBLE)


def _without_names(text: str, names: Iterable[str]) -> str:
    for name in sorted({name for name in names if name.strip()}, key=len, reverse=True):
        words = [re.escape(word) for word in as_seen(name).split()]
        forms = [r"[\s,]+".join(words), r"[\s,]+".join([words[-1], *words[:-1]])]
        if len(words) > 1 and len(words[-1]) >= _SHORTEST_NAME:
            forms.append(words[-1])
        if len(words) == 1 and len(words[0]) < _SHORTEST_NAME:
            continue
        text = re.sub(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", "[name]", text, flags=re.IGNORECASE)
    return text


def _without_accounts(text: str) -> str:
    parts, at = [], 0
    for start in _ACCOUNT_START.finditer(text):
        if start.start() >= at and (end := _account_end(text, start.start())):
            parts += [text[at : start.start()], "[account]"]
            at = end
    return "".join([*parts, text[at:]])


def _account_end(text: str, start: int) -> int:
    """Return where the account number that starts there ends; 0 where none does.

    In groups it counts by its check digits, because words may follow; written in one it counts by its form alone.
    """
    ends: list[int] = []
    for at in range(start, min(start + 2 * _ACCOUNT_LENGTHS.start, len(text))):
        if text[at].isascii() and text[at].isalnum():
            ends.append(at + 1)
        elif text[at] not in _ACCOUNT_MARKS:
            break
    for length in _ACCOUNT_LENGTHS:
        if length <= len(ends):
            end = ends[length - 1]
            compact = "".join(text[each - 1] for each in ends[:length])
            if not text[end : end + 1].isalnum() and _is_account(compact):
                return end
    token = _ACCOUNT_TOKEN.match(text, start)
    return token.end() if token else 0


def _is_account(compact: str) -> bool:
    """Whether the check digits are right (ISO 7064, MOD 97-10)."""
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(each, 36)) for each in turned)) % 97 == 1


def _without_numbers(text: str) -> str:
    return _NUMBER.sub("[number]", _AMOUNT.sub("[amount]", text))
