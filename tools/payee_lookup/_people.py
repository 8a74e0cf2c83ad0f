"""Whether a text may speak of a person. If so, nothing is asked: silence costs little, a name cannot be taken back."""

import re
from collections.abc import Sequence

from tools.payee_lookup._given_names import GIVEN_NAMES
from tools.payee_lookup._kinds import BUSINESS_WORDS, LEGAL_FORMS
from tools.payee_lookup._name import Name
from tools.payee_lookup._words import folded, word_set, words

_LONGEST_NAME = 4

#: Ways on which people pay people.
_BETWEEN_PEOPLE = re.compile(
    r"""\b(?:zelle|venmo|cash\s?app|e-?transfer|interac|popmoney|revolut|wise|bizum|swish|twint|paylib|vipps|mobilepay|
    (?:transfer|payment|paid|sent|received|money|wire|deposit)\s+(?:to|from)|money\s+(?:sent|received)|wire|
    check|cheque|scheck|payroll|salary|wages|gehalt|lohn|salaire|nomina|rent|miete|loyer|alquiler|
    (?:ü|ue)berweisung|dauerauftrag|virement|vir|transferencia|atm|withdrawal|gift|geschenk|taschengeld|unterhalt)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_TITLES = word_set(
    """
    mr mrs ms miss dr prof herr frau hr fr mme mlle monsieur madame sr sra senor senora
    """
)
_POSSESSIVE = re.compile(r"[^\W\d_]['’]s\b", re.IGNORECASE)  # noqa: RUF001 - both apostrophes are written
_FIRST_COMES_LAST = re.compile(r"^\W*[^\W\d_]+\s*,\s*[^\W\d_]+(?:\s+[^\W\d_]\.?)?\s*(?:\d.*)?$")


def without_person_behind(name: Name) -> Name:
    """Return the business alone where a person's name follows it, such as the policy holder's behind the insurer's."""
    parts = name.query.split(" ")
    plain = [folded(part) for part in parts]
    for at in range(2, len(parts) - 1):
        rest = plain[at:]
        if rest[0] in GIVEN_NAMES and not BUSINESS_WORDS & set(rest) and BUSINESS_WORDS & set(plain[:at]):
            return Name(" ".join(name.shown.split(" ")[:at]), " ".join(parts[:at]))
    return name


def reason_not_to_ask(text: str, name: Name, people: Sequence[str]) -> str | None:
    """Return a sentence why the name must not leave, or ``None`` where it speaks of a business.

    A list of given names cannot know them all: names that the books know are passed as ``people``.
    """
    found = words(name.query)
    if _holds_one_of(people, found):
        return "The text holds a person's name that the books know, so nothing was searched for."
    if LEGAL_FORMS & set(found):
        return None
    if _BETWEEN_PEOPLE.search(text):
        return "The text speaks of a payment as people make them to people, so nothing was searched for."
    if _TITLES & set(found[:1]) or _may_be_a_person(text, name.query, found):
        return "The name may be a person's, so nothing was searched for."
    return None


def _holds_one_of(people: Sequence[str], found: Sequence[str]) -> bool:
    """Whether all words of one of the names are in the text, in any order."""
    return any(parts and parts <= set(found) for parts in (set(folded(one).split()) for one in people))


def _may_be_a_person(text: str, query: str, found: Sequence[str]) -> bool:
    if len(found) > _LONGEST_NAME or BUSINESS_WORDS & set(found) or _POSSESSIVE.search(query):
        return False
    return _FIRST_COMES_LAST.match(text) is not None or any(word in GIVEN_NAMES for word in found)
