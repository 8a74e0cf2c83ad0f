"""How alike are the texts of two lines? A pure function over their words."""

import re
from collections.abc import Collection
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"\w+")
#: The shortest word, and the shortest number, that tells one payee from another.
_WORD_TELLS = 3
_NUMBER_TELLS = 5
#: A text of one word that was cut short is known by this many letters.
_CUT_WORD_TELLS = 4


class Kinship(IntEnum):
    """How two texts are related, the closest last."""

    NONE = 0
    SHARED_WORDS = 1
    CUT = 2


class Likeness(NamedTuple):
    """How two texts are related and in how many telling words they agree; compares as more or less alike."""

    kinship: Kinship
    words: int


UNLIKE = Likeness(Kinship.NONE, 0)


def text_key(*words: str | None) -> str:
    """Return what is compared of a line's texts: its words, without case, order, spaces and punctuation.

    Banks move words between fields and pad them differently from one export to the next.
    """
    return " ".join(sorted(set(_WORD.findall(" ".join(word for word in words if word).casefold()))))


def likeness(one: str, other: str) -> Likeness:
    """Compare two text keys.

    One is a cut of the other where all its words are in the other, one of them perhaps cut short: formats differ in
    how much of a text they keep. Else what counts are the words that both have.
    """
    words, other_words = _words(one), _words(other)
    common = {word for word in words & other_words if _tells(word)}
    if _is_cut(words, other_words, common) or _is_cut(other_words, words, common):
        return Likeness(Kinship.CUT, len(common))
    return Likeness(Kinship.SHARED_WORDS, len(common)) if common else UNLIKE


def telling_words(text: str) -> frozenset[str]:
    """Return the words of a text key that tell one payee from another."""
    return frozenset(filter(_tells, _words(text)))


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _tells(word: str) -> bool:
    return len(word) >= (_NUMBER_TELLS if word.isdecimal() else _WORD_TELLS)


def _is_cut(words: Collection[str], longer: Collection[str], common: Collection[str]) -> bool:
    left_over = [word for word in words if word not in longer]
    if not left_over:
        return bool(common)
    (last, *others) = left_over
    return (
        not others
        and (bool(common) or len(last) >= _CUT_WORD_TELLS)
        and not last.isdecimal()
        and any(word.startswith(last) for word in longer)
    )
