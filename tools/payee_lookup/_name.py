"""The vendor's name in a bank's text. What is asked of a search engine is made of nothing else.

The cleaning is strict where the application's own is friendly: a word with digits leaves no trace in a question, and
what stands behind a field mark (``INDN:``, ``IBAN``) is gone with it, because it may be an account or a person.
"""

import re
import unicodedata
from dataclasses import dataclass

from tools.payee_lookup._words import word_set, words

LONGEST_QUERY = 80
_MOST_WORDS = 8

_FLAGS = re.IGNORECASE | re.VERBOSE

#: How the payment was made, at the beginning of a text.
_KIND = re.compile(
    r"""^(?:
      (?:recurring|recur|pos|checkcard|check\s+card|debit\s+card|credit\s+card|visa|mastercard|maestro|girocard|card|ec|cb)\b
        (?:\s+(?:debit|credit|purchase|payment|refund|withdrawal|pmt|auth(?:orized)?|on))*
    | (?:purchase|payment)(?:\s+authorized)?\s+(?:on|at|to)\b | purchase\b
    | (?:zelle|venmo|wire|transfer|money|cash\s?app)\s+(?:(?:payment|transfer|sent|received)\s+)?(?:to|from)\b
    | ach\s+(?:debit|credit|payment|pmt)\b | (?:direct|preauthorized)\s+(?:debit|payment)\b
    | (?:bill|online|electronic)\s+(?:payment|pmt)(?:\s+to)?\b | aplpay\b | (?:apple|google)\s+pay\b
    | kartenzahlung\b | (?:sepa[\s-]+)?(?:folge|basis|erst|firmen)?-?lastschrift\b | sepa\b | gutschrift\b
    | carte\b | paiement(?:\s+par)?(?:\s+carte|\s+cb)?\b | prlv(?:\s+sepa)?\b | compra(?:\s+tarj(?:eta)?)?\b | recibo\b
    )[\s:,./*-]*""",
    _FLAGS,
)
#: Firms that pay on behalf of a shop.
_PROCESSOR = re.compile(
    r"""^(?:(?:sq|gosq|sqc|tst|toast|pp|paypal|pypl|py|sp|shopify|iz|zettle|sumup|su|ckl|bck|eb|ccv|klarna|stripe|adyen|mollie|payu)
        \s?\*+\s* | paypal\s+(?:inst\s+xfer\s+)?(?=\S) | sp\s+(?=\S))""",
    _FLAGS,
)
#: From here on a text holds references, accounts, or the account holder's name.
_FIELD = re.compile(
    r"""\b(?:des|id|indn|co\s?id|ref|reference|iban|bic|mandate|mandat(?:sref)?|creditor|kundenref|svwz|eref|mref|cred|trace|auth|card|
        invoice|inv|rechnung|rg|order|acct|account|konto|kto|conf(?:irmation)?|tel|phone|web|ppd|ccd)\s?[.:\#]""",
    _FLAGS,
)
_MASK = re.compile(r"\b(?:card|acct|account|ending(?:\s+in)?)\s+[x*\d]+|[x*]{2,}\d+|\*{3,}", re.IGNORECASE)
_GAP = re.compile(r"(?<=[^\W\d_])\S*\s{3,}|\t")
_WEB_NAME = re.compile(
    r"\b(?:https?://)?(?:www\.)?([a-z0-9][a-z0-9-]*)(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE
)
_MAIL = re.compile(r"\S*@\S*")
_MARKS = re.compile(r"[^\w&'’.+-]+")  # noqa: RUF001 - both apostrophes are written
_IS_SHORT_NUMBER = re.compile(r"(?=.*[^\W\d_])(?:\d{1,2}-?[^\W\d_]+|[^\W\d_]{3,}-?\d{1,2})")
_ANNOUNCING = word_set(
    """
    inv invoice rechnung rg no nr num ref reference id order card acct account unit st str tel phone conf auth iban bic
    payment payments bill pmt pymt autopay auto pay online recurring purchase web ach ppd des check cheque scheck
    deposit sagt danke credit debit
    """
)
_MONEY = word_set(
    """
    usd eur gbp cad aud chf jpy inr
    """
)
_REGIONS = word_set(
    """
    al ak az ar ca co ct de fl ga hi id il ia ks ky la ma md mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok pa ri
    sc sd tn tx ut vt va wa wv wi wy dc on qc bc us usa gb gbr uk ie fr nl
    """
)
_CITIES = word_set(
    """
    new york, los angeles, san francisco, san diego, san jose, san antonio, las vegas, salt lake city, st louis,
    kansas city, new orleans, colorado springs, palo alto, mountain view, chicago, houston, phoenix,
    philadelphia, dallas, austin, columbus, seattle, denver, washington, boston, nashville, detroit, portland,
    memphis, baltimore, milwaukee, albuquerque, tucson, sacramento, atlanta, omaha, raleigh, miami, oakland,
    minneapolis, tulsa, tampa, cleveland, honolulu, berkeley, brooklyn, orlando, pittsburgh, cincinnati,
    boulder, cupertino, toronto, montreal, vancouver, london, berlin, munich, muenchen, hamburg, frankfurt,
    paris, amsterdam, dublin, luxembourg
    """,
    ",",
)


@dataclass(frozen=True, slots=True)
class Name:
    """``shown`` is for people, ``query`` what may be searched for; both hold the same words."""

    shown: str
    query: str


def vendor_name(text: str) -> Name | None:
    """Return the name in the text, or ``None`` where no word is left."""
    kept = _vendor_part(text)
    found = _without_place(_up_to_a_number(_MARKS.split(kept)))[:_MOST_WORDS]
    while found and len(" ".join(found)) > LONGEST_QUERY:
        found.pop()
    name = " ".join(found).strip(" -.&+'")
    if not any(char.isalpha() for char in name):
        return None
    return Name(shown=_cased(name), query=name)


def _vendor_part(text: str) -> str:
    """The text up to the first field or gap, without how it was paid and by whom on whose behalf."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(
        " " if unicodedata.category(char)[0] == "C" and char != "\t" else char for char in text
    ).strip()
    for pattern in (_FIELD, _MASK):
        if (match := pattern.search(text)) and any(char.isalpha() for char in text[: match.start()]):
            text = text[: match.start()]
    for _ in range(3):
        for pattern in (_KIND, _PROCESSOR):
            shorter = pattern.sub("", text, count=1)
            text = shorter if any(char.isalpha() for char in shorter) else text
    text = _MAIL.sub(" ", text)
    if (match := _GAP.search(text)) and any(char.isalpha() for char in text[: match.end()]):
        text = text[: match.end()]
    return _WEB_NAME.sub(r"\1", text)


def _up_to_a_number(parts: list[str]) -> list[str]:
    """The words up to the first number, amount or reference: behind it stand places, references and people."""
    found: list[str] = []
    for part in parts:
        word = part.strip("-.'+")
        if any(char.isdigit() for char in word) and not _IS_SHORT_NUMBER.fullmatch(word):
            found = _without_announcement(found)
            if found:
                break
        elif word and word.casefold() not in _MONEY:
            found.append(word)
    return _without_announcement(found)


def _without_announcement(found: list[str]) -> list[str]:
    """Without the words at the end that announce a number or say how it was paid."""
    while found and found[-1].casefold() in _ANNOUNCING:
        found = found[:-1]
    return found


def _without_place(found: list[str]) -> list[str]:
    """Without a region at the end and a city in front of it; a name of one word stays."""
    if len(found) > 1 and found[-1].casefold() in _REGIONS and found[-1].isupper():
        found = found[:-1]
        for length in (3, 2, 1):
            if len(found) > length and " ".join(words(" ".join(found[-length:]))) in _CITIES:
                return found[:-length]
    return found


def _cased(name: str) -> str:
    if not (name.isupper() or name.islower()):
        return name
    return " ".join(word if any(char.isdigit() for char in word) else _capital(word) for word in name.split())


def _capital(word: str) -> str:
    return word if len(word) < 2 or "&" in word else word[0].upper() + word[1:].lower()
