"""From a bank's text to the name of a payee, and to the key under which equal payees meet. Pure functions.

The raw text is never changed; what is made here is for showing and for comparing. A text that holds nothing
but noise is shown as it is, because a wrong short name is worse than a long one.
"""

import html
import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache

from ledgerflow.payees import patterns
from ledgerflow.payees.brands import brand_key, brands
from ledgerflow.payees.folding import fold
from ledgerflow.payees.structured import stated_name

#: Shown for a line whose bank gave no text at all.
UNKNOWN = "Unknown"
NAME_LENGTH = 160
KEY_LENGTH = 200

_SPACE = re.compile(r"\s+")
_NO_WORD = re.compile(r"[^\w&+]+|_+")
#: A text without any of these holds neither noise nor references: most names do, once they are clean.
_MAY_HOLD_NOISE = re.compile(r"[\d*#@(.]|http|\bon$", re.IGNORECASE)
_UPI = re.compile(r"^UPI(?:/(?:DR|CR|P2[MPA])/\w+/|-)([^/@-]*[A-Za-z][^/@-]*)[/-].*$", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[\s,;|]+")
_SLASH = re.compile(r"(?<=\D\D)/(?=\D\D)")
_NUMBER = re.compile(r"\d{3}")
_ROUNDS = 12
_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")
#: Stands in no text that PostgreSQL keeps.
_BETWEEN = "\0"


@lru_cache(maxsize=20_000)
def clean_payee(raw: str) -> str:
    """Return the payee's name for showing: never empty, at most 160 characters, stable when cleaned again."""
    text = _tidy(raw)
    if not text:
        return UNKNOWN
    for _ in range(_ROUNDS):
        cleaned = _cased(_stripped(text))[:NAME_LENGTH].strip()
        if cleaned == text:
            break
        text = cleaned
    return text


@lru_cache(maxsize=20_000)
def payee_key(raw: str) -> str:
    """Return the text under which equal payees meet: folded, without legal forms, of 1 to 200 characters."""
    name = clean_payee(raw)
    folded = _NO_WORD.sub(" ", fold(name).replace("'", "")).strip()
    bare = _SPACE.sub(" ", patterns.LEGAL_FORM.sub(" ", folded)).strip()
    return (bare or folded or fold(name).strip() or name)[:KEY_LENGTH].strip()


def clean_payees(texts: Collection[str]) -> dict[str, str]:
    """Clean every text, those that differ in their digits only once; none may hold the character NUL.

    No pattern tells one digit from another, so a cleaned name without digits is the name of all of them.
    """
    by_mask: dict[str, str] = {}
    names: dict[str, str] = {}
    for text, mask in zip(texts, digits_alike(list(texts)), strict=True):
        name = by_mask.get(mask)
        if name is None:
            name = by_mask[mask] = clean_payee(mask)
        names[text] = clean_payee(text) if "0" in name else name
    return names


def payee_keys(texts: Collection[str]) -> dict[str, str]:
    """Return the key of each text that names somebody; none may hold the character NUL."""
    return {text: payee_key(name) for text, name in clean_payees(texts).items() if name != UNKNOWN}


def digits_alike(texts: Sequence[str]) -> list[str]:
    """Write every digit as 0, in all texts at once; none may hold the character NUL.

    ASCII digits are the same bytes in UTF-8 and part of no other character.
    """
    if not texts:
        return []
    return _BETWEEN.join(texts).encode().translate(_DIGITS_ALIKE).decode().split(_BETWEEN)


def _tidy(raw: str) -> str:
    text = unicodedata.normalize("NFKC", html.unescape(raw))
    text = (
        "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
        if not text.isprintable()
        else text
    )
    return _SPACE.sub(" ", text).strip()


def _stripped(text: str) -> str:
    """One round: each step is kept only if a name is left."""
    text = stated_name(_tidy(text))
    for structure in (_UPI, patterns.CARD_MACHINE):
        if field := structure.match(text):
            text = field[1].strip()
    if "\\" in text:
        text = _kept(text, text.split("\\")[0])
    text = _replaced(patterns.PROCESSOR, "", _replaced(patterns.KIND, "", text))
    if _MAY_HOLD_NOISE.search(text):
        if (shop := patterns.SHOP.match(text)) and shop[2].lower() in patterns.REGIONS:
            text = _kept(text, shop[1])
        for pattern in patterns.NOISE:
            text = _replaced(pattern, " ", text)
        text = _replaced(patterns.WEB_NAME, r"\1", text)
        if "*" in text and not patterns.PROCESSOR.match(text):
            text = _kept(text, text.replace("*", " "))
    text = _replaced(patterns.OUTCOME, "", text)
    text = _without_references(text)
    text = _without_places(text)
    if not text.isascii():
        text = _replaced(patterns.BRANCH, "", text)
    return _spelled_out(text)


def _replaced(pattern: re.Pattern[str], by: str, text: str) -> str:
    after = pattern.sub(by, text)
    return text if after == text else _kept(text, after)


def _kept(before: str, after: str) -> str:
    after = _SPACE.sub(" ", after).strip(" -*:,;/.#|")
    return after if any(char.isalpha() for char in after) else before


def _without_references(text: str) -> str:
    """Drop words that are numbers of three digits or more, alone or mixed with letters."""
    words = [word for word in _BETWEEN_WORDS.split(_SLASH.sub(" ", text)) if word]
    kept = [word for word in words if not _is_reference(word)]
    return _kept(text, " ".join(word for word in kept if word not in {"-", "*", ":", "/"}))


def _is_reference(word: str) -> bool:
    digits = sum(char.isdigit() for char in word)
    letters = sum(char.isalpha() for char in word)
    # A store number has three digits in a row; "24/7" and "Cafe 22" are names.
    return bool(_NUMBER.search(word)) and (letters <= 3 or digits >= 4 or len(word) >= 8)


def _without_places(text: str) -> str:
    """Drop a region at the end, and a known city only where a region stood behind it."""
    words = text.split(" ")
    if len(words) > 1 and fold(words[-1]).strip(".,") in patterns.REGIONS and words[-1].isupper():
        words.pop()
        for length in (3, 2, 1):
            if len(words) > length and fold(" ".join(words[-length:])) in patterns.CITIES:
                del words[-length:]
                break
    return " ".join(words)


def _spelled_out(text: str) -> str:
    """Write a short form at the beginning as the name that it stands for, without what follows."""
    words = text.lower().split(" ", patterns.SHORT_FORM_WORDS)
    for length in range(min(patterns.SHORT_FORM_WORDS, len(words)), 0, -1):
        if name := patterns.SHORT_FORMS.get(" ".join(words[:length])):
            return name
    return text


def _cased(text: str) -> str:
    """Give a text in one case the case of a name, a brand its own; a text in mixed case keeps what it has."""
    if not (text.isupper() or text.islower()):
        return text
    brand = brands().get(brand_key(fold(text)))
    # The letters are the bank's, the case alone the brand's; a spelling that cleaning would take apart is not stable.
    if (
        brand is not None
        and not brand.name.islower()
        and brand_key(brand.name.lower()) == brand_key(text.lower())
        and _stripped(brand.name) == brand.name
    ):
        return brand.name
    words = text.split(" ")
    return " ".join(_cased_word(word, is_first=index == 0) for index, word in enumerate(words))


def _cased_word(word: str, *, is_first: bool) -> str:
    if word.upper() in patterns.CAPITALS:
        return word.upper()
    if any(char.isdigit() for char in word):
        return word
    lower = word.lower()
    if lower in patterns.SMALL_WORDS and not is_first:
        return lower
    return "-".join(part[:1].upper() + part[1:] for part in lower.split("-"))
