"""The name out of texts that banks make of fields, by the codes of SWIFT and SEPA or by words.

Sources: the SEPA usage of MT940's field 86 (``/NAME/…/REMI/…``), the keywords of the German banks' SEPA purpose
(``SVWZ+``, ``ABWA+``), and the labels that Dutch and French banks print (``Naam:``, ``ID EMETTEUR/``,
``/DE … /MOTIF``).
"""

import re
from typing import NamedTuple

from ledgerflow.payees.patterns import KIND

#: What stands in a field that says nothing.
_NOTHING = re.compile(r"(?:NONREF|NOREF|NOT\s?PROVIDED)?", re.IGNORECASE)


class _Dialect(NamedTuple):
    """How a key is written, which fields name the payee, the best first, and which say what it was for.

    With ``leads`` what stands before the first key names the payee where no field does. There have to be ``fewest``
    keys, because one alone may be a part of a name.
    """

    key: re.Pattern[str]
    names: tuple[str, ...]
    purposes: tuple[str, ...]
    leads: bool = True
    fewest: int = 2


_DIALECTS = (
    _Dialect(
        re.compile(
            r"/(TRTP|TRCD|IBAN|BIC|NAME|REMI|USTD|EREF|MARF|CSID|CNTP|ORDP|BENM|ADDR|ISDT|RTRN|PREF|SVCL|"
            r"PURP|ULTC|ULTD|ULTB|ACCW|EXCH|CHGS|ORDERID|CREF|PAYID|IREF)/"
        ),
        names=("NAME", "CNTP"),
        purposes=("REMI", "USTD"),
    ),
    _Dialect(
        re.compile(
            r"(?<!\S)(Naam|Omschrijving|IBAN|BIC|Kenmerk|Betalingskenm\.?|Machtiging|Mandaat(?:\s?ID)?|Incassant(?:\s?ID)?|"
            r"Doorlopende\s+incasso|Eenmalige\s+incasso|Valutadatum|Datum/Tijd|Pasvolgnr|Transactie|Term|Volgnr)\s?:\s?",
            re.IGNORECASE,
        ),
        names=("NAAM",),
        purposes=("OMSCHRIJVING",),
        leads=False,
    ),
    _Dialect(
        re.compile(
            r"(?<![A-Za-z])(EREF|KREF|MREF|BREF|RREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|MDAT|RTRN|SQTP|PURP|IBAN|BIC)"
            r"(?:\+|:\s)"
        ),
        names=("ABWA", "ABWE"),
        purposes=("SVWZ",),
        fewest=1,
    ),
    _Dialect(
        re.compile(r"(?<!\S)(ECH|ID\s+EMETTEUR|EMETTEUR|MDT|RUM|ICS|REF|LIB|NUM|MOTIF)/", re.IGNORECASE),
        names=("EMETTEUR",),
        purposes=("LIB", "MOTIF"),
        fewest=1,
    ),
    _Dialect(
        re.compile(r"(?<!\S)/(DE|BEN|MOTIF|REFDO|REFBEN|REF|RNF|ICS|RUM)(?:\s|$)"),
        names=("DE", "BEN"),
        purposes=("MOTIF",),
    ),
    _Dialect(
        re.compile(r"(?<!\S)(DE|POUR|ID|MOTIF|REF|MANDAT|DATE|LIB)\s?:\s", re.IGNORECASE),
        names=("DE", "POUR"),
        purposes=("LIB", "MOTIF"),
    ),
)


def stated_name(text: str) -> str:
    """Return the field of a structured text that names the payee, else what it was for; other texts as they are."""
    if "/" not in text and "+" not in text and ":" not in text:
        return text
    for dialect in _DIALECTS:
        if name := _name(dialect, text):
            return name
    return text


def _name(dialect: _Dialect, text: str) -> str:
    keys = list(dialect.key.finditer(text))
    if len(keys) < dialect.fewest:
        return ""
    ends = [key.start() for key in keys[1:]]
    fields: dict[str, str] = {}
    for key, end in zip(keys, [*ends, len(text)], strict=True):
        fields.setdefault(" ".join(key[1].upper().split()), text[key.end() : end].strip(" /"))
    # A counterparty is account, bank, name and town in one.
    if "CNTP" in fields:
        fields["CNTP"] = next((part for part in fields["CNTP"].split("/")[2:3]), "")
    before = text[: keys[0].start()].strip() if dialect.leads else ""
    said = [*map(fields.get, dialect.names), before, *map(fields.get, dialect.purposes)]
    return next((each for each in said if each and _is_said(each)), "")


def _is_said(field: str) -> bool:
    bare = field
    while (shorter := KIND.sub("", bare)) != bare:
        bare = shorter
    return any(char.isalpha() for char in bare) and not _NOTHING.fullmatch(bare.strip())
