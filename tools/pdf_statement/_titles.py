"""The words of a statement outside its rows: sections that give the sign, totals, balances carried over pages."""

import re
from typing import Literal

from tools._shared.row_words import is_closing, is_opening
from tools._shared.vocabulary import words

Section = Literal[-1, 0, 1]

_LONGEST_LABEL = 70
_CONTINUED = re.compile(
    r"\b(?:continued|cont d|cont|suite|fortsetzung|continuacion|segue|vervolg|continuacao|from previous page)\b.*$"
)
_OTHER = r"(?:(?:all|other|total|your|misc(?:ellaneous)?|atm|debit|card|electronic|banking|online|paper|account|pos) )*"
_IN = re.compile(
    rf"^{_OTHER}(?:deposits?(?: (?:and|&))?(?: (?:other )?(?:additions|credits))?|"
    r"(?:payments|deposits|interest|checks)(?: received)? and (?:other )?credits|credits?|additions|"
    r"payments? received|money in|paid in|interest (?:paid|earned|credited)|refunds|receipts|incoming payments|"
    r"gutschriften|einnahmen|zahlungseingange|eingange|einzahlungen|virements recus|credits recus|"
    r"operations au credit|abonos|ingresos|depositos|accrediti|entrate|bijschrijvingen|creditos|entradas|"
    r"insattningar|indbetalinger|wplywy|uznania)$"
)
_OUT = re.compile(
    rf"^{_OTHER}(?:(?:purchases?|payments?|withdrawals?|checks?|fees?|charges?|debits?|subtractions|transfers)"
    r"(?: (?:and|&) (?:other )?(?:withdrawals?|debits?|subtractions|charges?|fees?|adjustments|purchases?|payments?|"
    r"substitute checks))*|"
    r"checks? (?:paid|cleared|written|posted)|cheques? (?:paid|cleared)|checks paid|money out|paid out|"
    r"(?:service |bank |account |monthly )?(?:fees?|charges?)(?: (?:charged|assessed|paid|and interest charged))?|"
    r"(?:cash )?advances|interest charged|standard purchases|card purchases|direct debits|standing orders|"
    r"outgoing payments|bill payments|belastungen|ausgaben|zahlungsausgange|ausgange|auszahlungen|lastschriften|"
    r"virements emis|prelevements|retraits|cheques emis|operations au debit|cargos|retiros|gastos|adeudos|"
    r"addebiti|uscite|afschrijvingen|debitos|saidas|uttag|udbetalinger|wydatki|obciazenia)$"
)
_SKIP = re.compile(
    r"\b(?:daily (?:ending |ledger |closing |account |available )?balances?|(?:daily|end of day) balance (?:summary|"
    r"information)|balance (?:summary|history)|year to date|interest (?:charge )?calculation|interest rate summary|"
    r"rewards? (?:summary|activity)|points summary|"
    r"overdraft fee summary|fee summary|payment information|solde journalier|tagessalden)\b"
)
_TOTAL = re.compile(
    r"^(?:(?:grand |sub )?totals?|total(?:s|es|e|i)?|summe|zwischensumme|gesamt\w*|totaal|totaux|suma|razem|"
    r"celkem|summa|subtotal)\b|\btotall?ing\b|totals?$|\btotal (?:credits|debits|deposits|withdrawals)\b"
)
_CARRIED = re.compile(
    r"^(?:(?:balance |total )?(?:brought|carried) (?:forward|over|down)|balance (?:b f|c f|forward)|b f|c f|b fwd|"
    r"c fwd|ubertrag|uebertrag|(?:total )?a reporter|report(?: de (?:la )?page)?|solde (?:a reporter|reporte)|"
    r"suma (?:y sigue|anterior)|saldo (?:a cuenta nueva|anterior|arrastrado)|(?:saldo )?(?:riporto|a riportare)|"
    r"zwischensaldo|tussensaldo|(?:transport|transporte))"
    r"(?: (?:from|to|page|seite|blatt|pagina|feuille|hoja|sheet|next|previous|von|auf|de|du|\d{1,3}))*$"
)
_UNBOOKED = re.compile(
    r"\b(?:pending|scheduled|upcoming|unposted|future|authori[sz]ed|vorgemerkte?|a venir|pendientes?) "
    r"(?:transactions?|payments?|activity|items?|deposits?|umsatze|operations?|movimientos)\b"
)
_LAST = re.compile(
    r"^(?:(?:your )?(?:last|previous) (?:months?|month s|statement|statement s|bill) balance|"
    r"balance (?:on|from|as of|at|as at)? ?(?:your )?(?:last|previous) (?:month|statement|bill))\b"
)
_NEW = re.compile(
    r"^(?:(?:your )?(?:new|current|statement|total|account|outstanding) balance(?: due)?|"
    r"(?:total )?(?:amount|balance) (?:due|owing)|total (?:amount )?due|"
    r"saldo (?:total|a pagar)|saldo nuevo|nouveau solde)\b(?! transfer)"
)
#: A balance on a day: before the rows of a table it is the opening one, after them the closing one.
_ON_DAY = re.compile(
    r"^(?:(?:ihr|votre|your) )?(?:solde|saldo|kontostand|balance|stan konta|zustatek)"
    r"(?: (?:crediteur|debiteur|acreedor|deudor|creditore|debitore|a su favor|en euros?|in euros?|in eur|eur))*"
    r" (?:au|am|per|at|as at|as of|on|al|a|em|op|den|zum|vom|na dzien|ke dni|k) (?:the )?"
    r"\d{1,4} (?:[a-z]+|\d{1,2}) \d{2,4}$"
)
_OWED = re.compile(r"\b(?:debiteur|deudor|debitore)\b")
_PLAIN = re.compile(r"^(?:grand |sub ?)?(?:totals?|summe|totaal|suma|razem|summa)(?: amount)?(?: due)?$")


def section_of(text: str) -> Section | None:
    """Return the sign that a title gives to the rows below it, 0 for no movements, ``None`` for no title."""
    folded = _CONTINUED.sub("", words(text)).strip()
    if not folded or len(folded) > 60:
        return None
    if _SKIP.search(folded) or _UNBOOKED.search(folded):
        return 0
    if _IN.match(folded):
        return 1
    return -1 if _OUT.match(folded) else None


def is_total_label(text: str) -> bool:
    """Whether the words before an amount name a sum of rows."""
    return bool(_TOTAL.search(words(text)))


def is_plain_total(text: str) -> bool:
    """Whether a total does not say of what it is one."""
    return bool(_PLAIN.match(words(text)))


def is_unbooked(text: str) -> bool:
    """Whether a title announces what the bank has not booked."""
    return bool(_UNBOOKED.search(words(text)))


def is_carried(text: str) -> bool:
    """Whether the words name a balance that is carried from page to page."""
    return bool(_CARRIED.search(words(text)))


def is_owed(text: str) -> bool:
    """Whether the words before an amount say that it is owed to the bank."""
    return bool(_OWED.search(words(text)))


def is_on_day(text: str) -> bool:
    """Whether the words before an amount name the balance on a day, without saying whether the first or the last."""
    return bool(_ON_DAY.match(words(text)))


def balance_label(text: str, *, dated: bool) -> Literal["opening", "closing", "new", "carried"] | None:
    """Return which balance the words before an amount name; with a day before them they must say it in full."""
    label = text.strip(" :.")
    if not label or len(label) > _LONGEST_LABEL:
        return None
    if is_opening(label):
        return "carried" if is_carried(label) else "opening"
    folded = words(label)
    if is_closing(label):
        return "closing"
    if not dated and _LAST.match(folded):
        return "opening"
    if not dated and _NEW.match(folded):
        return "new"
    return "carried" if is_carried(label) and ("balance" in folded or not dated) else None
