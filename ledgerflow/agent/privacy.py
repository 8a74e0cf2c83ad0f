"""What leaves the machine, and what is replaced before it does. Pure; the page shows these very sentences.

Account and card numbers, e-mail addresses, long numbers, dates and amounts are replaced whatever the profile. Under
``strict`` people's names are too, as far as they can be known: those of the book's members, and what a bank writes
behind the words of payments between people.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from ledgerflow.core.foreign_text import TEXT_LENGTH, stripped
from ledgerflow.toolbox.redaction import Profile, redacted

STRICT: Profile = "strict"
NAMES: Profile = "names"

LEAVES = (
    "For each payee with open lines: its name, and up to five of the texts that the bank wrote.",
    "How many lines there are, whether money came in or went out, the currency, and bands of amounts (50 to 200).",
    "Codes, names, kinds and tax lines of the accounts that can be answered.",
    "To a search or look-up that you allow: the payee's name, at most 80 characters of it.",
)
STAYS = (
    "Account numbers, IBANs, card numbers, e-mail addresses, phone numbers, references and other long numbers.",
    "Amounts, balances and dates.",
    "Documents, receipts, notes, tags, entries and the name of the book.",
)
ABOUT_NAMES: Mapping[str, str] = {
    STRICT: "Names of the book's members, and names behind words such as Zelle or transfer to, are replaced by [name]. "
    "A payee of whom nothing else is known is not asked about. Other people's names in a bank's texts cannot be "
    "recognized, and leave.",
    NAMES: "People's names leave as the bank writes them.",
}

_PLACEHOLDERS = re.compile(r"\[(?:name|email|account|amount|number|date)\]")
_DATE = re.compile(r"(?<!\d)\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{2,4})?(?!\d)")
# The toolbox takes out numbers of seven digits and more; a bank's references are shorter. Three digits of a store or a
# road say nothing of anyone.
_SHORTER_NUMBER = re.compile(r"\w*\d{4,}\w*")
_SERVICE = r"zelle|venmo|cash ?app|p2p|e-?transfer|interac|bizum|twint|swish|mobilepay|blik|upi"
_PAYMENT = r"payment|transfer|überweisung|virement|bonifico"
_WORDS_OF_PAYMENTS = (
    rf"(?:{_SERVICE}|{_PAYMENT}|to|from|an|von|à|de|a|da|for|credit|debit|sent|received|money)"
)
_BETWEEN_PEOPLE = re.compile(
    rf"\b(?:{_SERVICE}|(?:{_PAYMENT}) (?:to|from|an|von|à|de|a|da))\b[\s:*-]*(?:{_WORDS_OF_PAYMENTS}\b[\s:*-]*)*"
    r"((?:[^\W\d_][\w'\u2019.-]*[\s,]*){1,4})",
    re.IGNORECASE,
)
_PAYMENT_WORD = re.compile(rf"\b{_WORDS_OF_PAYMENTS}\b", re.IGNORECASE)
_TITLED = re.compile(
    r"\b(?:mr|mrs|ms|miss|dr|herrn?|frau|mme|sr|sra|sig)\b\.?\s+((?:[^\W\d_][\w'\u2019-]*\s*){1,3})",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]+")
#: No bank writes a name behind this place of a text.
_LONGEST_LOOK = 500
_BANDS = (10, 50, 200, 1_000, 5_000, 20_000)


def people_in(texts: Collection[str]) -> set[str]:
    """Return the names that the bank writes behind words of payments between people."""
    found = set()
    for text in texts:
        for pattern in (_BETWEEN_PEOPLE, _TITLED):
            found |= {match[1].strip(" ,") for match in pattern.finditer(text[:_LONGEST_LOOK])}
    return {name for name in found if name}


def outgoing(text: str, *, profile: str, people: Collection[str], length: int = TEXT_LENGTH) -> str:
    """Return the text as it may leave: one line, without controls, with what is private replaced."""
    shown = redacted(stripped(text, 4 * length), NAMES if profile == NAMES else STRICT, names=people)
    return stripped(_SHORTER_NUMBER.sub("[number]", _DATE.sub("[date]", shown)), length)


def says_something(text: str) -> bool:
    """Whether anything but placeholders and words of payments is left."""
    return _WORD.search(_PAYMENT_WORD.sub(" ", _PLACEHOLDERS.sub(" ", text))) is not None


def bands(amounts: Sequence[Decimal]) -> tuple[str, ...]:
    """Return the bands that the amounts lie in, smallest first, with how many there are: ``50 to 200 (3)``."""
    counted: dict[int, int] = {}
    for amount in amounts:
        at = sum(abs(amount) >= limit for limit in _BANDS)
        counted[at] = counted.get(at, 0) + 1
    return tuple(f"{_band(at)} ({counted[at]})" for at in sorted(counted))


def _band(at: int) -> str:
    if at == 0:
        return f"under {_BANDS[0]}"
    if at == len(_BANDS):
        return f"{_BANDS[-1]:,} or more"
    return f"{_BANDS[at - 1]:,} to {_BANDS[at]:,}"
