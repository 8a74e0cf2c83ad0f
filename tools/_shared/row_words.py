"""The words that banks print in rows, compared folded: directions, states, the names of balances and totals."""

# ruff: noqa: RUF001 - the characters that banks print are the subject, look-alikes among them

import re
from typing import Final

from tools._shared.vocabulary import words

_OUT_WORDS = (
    "d|db|dr|dbit|debit|debet|debito|debited|debits|soll|s|af|out|outflow|outgoing|money out|expense|"
    "expenses|withdrawal|withdraw|lastschrift|belastung|cargo|dare|uscita|addebito|check|cheque|支出|支|出|"
    "借|借方|付|出金|obciazenie|ut|uttag|ud|vydaj|kiadas|terheles|ausgabe|ausgaben|ausgang|gasto|despesa|"
    "depense|sortie|uit|deebet|дебет|расход|списание|debe|출금|minus|χ|χρεωση"
)
_IN_WORDS = (
    "c|cr|crdt|credit|kredit|credito|credited|credits|haben|h|bij|in|inflow|incoming|money in|income|"
    "deposit|gutschrift|abono|avere|entrata|accredito|收入|收|入|贷|贷方|貸方|入金|uznanie|bevetel|jovairas|"
    "einnahme|einnahmen|eingang|ingreso|receita|recette|entree|insattning|ind|prijem|k|kreedit|кредит|"
    "приход|зачисление|haber|입금|plus|π|πιστωση"
)
DIRECTIONS: Final[dict[str, int]] = {
    **dict.fromkeys(_OUT_WORDS.split("|"), -1),
    **dict.fromkeys(_IN_WORDS.split("|"), 1),
}


def direction_of(cell: str) -> int | None:
    """Return -1 for a word of money out, 1 for money in, ``None`` for any other."""
    stripped = cell.strip()
    if stripped in {"-", "−"}:
        return -1
    if stripped == "+":
        return 1
    return DIRECTIONS.get(words(stripped))


_OPENING = re.compile(
    r"^(?:(?:the )?(?:opening|beginning|starting|start|initial|previous|prior)(?: ledger| account|"
    r" statement)? balance|balance (?:at start|at the start|at beginning|b f|brought forward|forward|"
    r"carried forward)(?: .*)?|brought forward|saldo (?:awal|anterior|inicial|iniziale|precedente)|"
    r"solde (?:initial|precedent|anterieur|d ouverture)|anfangssaldo|anfangsbestand|alter (?:saldo|"
    r"kontostand)|vorheriger saldo|saldovortrag|beginsaldo|vorig saldo|ingaende saldo|begynnelsesaldo|"
    r"startsaldo|alkusaldo|saldo poczatkowe|pocatecni zustatek|nyito egyenleg|algsaldo|sakuma atlikums|"
    r"likutis pradziai|期初余额|上期余额|前期繰越|"
    r"繰越)\b.{0,20}$"
)
_CLOSING = re.compile(
    r"^(?:(?:the )?(?:closing|ending|end|final)(?: ledger| account| statement)? balance|"
    r"balance (?:at end|at the end|c f)(?: .*)?|saldo (?:akhir|final|finale|atual|actual)|solde (?:final|"
    r"de cloture)|endsaldo|endbestand|"
    r"schlusssaldo|schlussbestand|neuer (?:saldo|kontostand)|eindsaldo|nieuw saldo|utgaende saldo|"
    r"slutsaldo|loppusaldo|saldo koncowe|konecny zustatek|zaro egyenleg|loppsaldo|beigu atlikums|"
    r"likutis pabaigai|期末余额)\b.{0,20}$"
)
_TOTAL = re.compile(
    r"^(?:grand |sub )?(?:totals?|sum|summe|gesamt|gesamtsumme|zwischensumme|saldo|totaal|totale|"
    r"totaux|suma|razem|celkem|osszesen|summa|sammanlagt|yhteensa|itogo|всего|итого)\b|\btotals?$|合计|"
    r"合計|小计|总计|합계"
)
_TOTAL_ALONE = re.compile(
    r"(?:grand |sub )?(?:totals?|sum|summe|gesamt|gesamtsumme|zwischensumme|totaal|totale|totaux|suma|razem|"
    r"celkem|osszesen|summa|sammanlagt|yhteensa|итого|всего|合计|合計|小计|总计|합계)"
)
#: Names of sums that are no merchant's, as "Total" is.
_TURNOVER = re.compile(
    r"kaive|apgrozijums|apyvarta|turnover|obroty|umsatzsumme|(?:total|sum of|sum) (?:of )?(?:all )?(?:debits?|credits?|"
    r"deposits|withdrawals|payments|receipts|money in|money out|paid in|paid out)|total (?:soll|haben|debe|haber)"
)
_PENDING = re.compile(
    r"\b(?:pending|pend|vorgemerkt|vorgemerkte|authori[sz]ed|reserved|reserviert|en attente|a venir|"
    r"pendiente|in sospeso|gereserveerd|reservation|reserverade?|reserverat|reserveret|reservert|varaus|not posted|"
    r"uncleared|unposted|ausstehend|provisional|autorizzat[oa]|autorizad[oa]|autorisee?|in attesa|in progress|"
    r"(?:non|nao|not|nicht|pas|no) (?:contabili[sz]\w+|comptabilis\w+|booked|gebucht)|"
    r"processing|scheduled|awaiting|on hold|in bearbeitung|geplant|terminiert|en cours|programme|programad[oa]|"
    r"in behandeling|offen|venter|afventer|cekajici|oczekujac[ae]|fuggoben)\b|待入账|未入账|处理中"
)
_FAILED = re.compile(
    r"\b(?:reverted|declined|failed|cancell?ed|denied|rejected|abgelehnt|storniert|refuse|rechazad[oa]|"
    r"annule|removed|voided|expired|returned|bounced|unsuccessful|aborted|not executed|zuruckgewiesen|"
    r"nicht ausgefuhrt|geloscht|deleted|slettet|borttagen|"
    r"annulleret|avvist|afvist|zamitnuto|zruseno|stornovano|odrzucon[ae]|anulowan[ae])\b|"
    r"交易关闭|已关闭|失败"
)
_BOOKED = re.compile(
    r"\b(?:completed?|booked|posted|settled|cleared|success(?:ful)?|succeeded|paid|done|ok|executed|confirmed|accepted|"
    r"processed|reconciled|received|sent|issued|refunded|gebucht|gebuchte|abgeschlossen|ausgefuhrt|verbucht|"
    r"contabilizzat[oa]|eseguit[oa]|contabilizad[oa]|realizad[oa]|completad[oa]|concluid[oa]|comptabilisee?|"
    r"effectuee?|execute|geboekt|verwerkt|uitgevoerd|bokford|bokfort|bogfort|utfort|udfort|gjennomfort|genomford|"
    r"kirjattu|suoritettu|zauctovano|provedeno|realizovano|zaksiegowan[oae]|zrealizowan[oae]|rozliczon[oae]|"
    r"konyvelt|teljesult)\b|成功|已收钱|已转账|已存入|已入账|完成|等待确认收货"
)
_YES, _NO = (
    frozenset({"yes", "y", "true", "x", "1", "ja", "si", "oui"}),
    frozenset({"no", "n", "false", "0", "nein", "non"}),
)
_BESIDE_STATES = re.compile(
    r"\b(?:transactions?|payments?|authori[sz]ation|card|by|the|bank|order|partially|and|activity|charges|items|"
    r"umsatze?|zahlung(?:en)?|buchungen|operazion[ei]|operacion(?:es)?|operacao|operacoes|operations?|moviment[oi]|"
    r"movimientos?|mouvements?|transaktion(?:en|er)?|transacties?)\b"
)
_CARD = re.compile(
    r"\b(?:credit ?card|kreditkarte\w*|carte (?:de credit|bancaire)|kredietkaart|creditcard|mastercard|"
    r"visa|amex|american express|tarjeta de credito|carta di credito|kreditkort|luottokortti)\b|信用卡"
)
_REPAYMENT = re.compile(
    r"\b(?:payments?|thank you|zahlung|einzahlung|gutschrift|paiement|pago|betaling|pagamento|refund|"
    r"erstattung|autopay|credit|received|cashback|rembours\w*|terugbetaling|inbetalning|indbetaling|"
    r"innbetaling|directpay|estorno|reembolso)\b"
)
_THANKED = re.compile(
    r"\b(?:payments?\b.{0,30}\bthank you|thank you for your payment|payments? received|received payment|"
    r"payments and credits|zahlung(?: uberweisung)? erhalten|zahlung\b.{0,30}\b(?:besten|vielen) dank|"
    r"pagamento recebido|pagamento de fatura|pago recibido|gracias por su pago|paiement recu|paiement\b.{0,30}\bmerci|"
    r"merci de votre paiement|pagamento ricevuto|betaling ontvangen|betaling mottatt|betaling modtaget|"
    r"betalning mottagen)\b"
)
_TAKEN_BACK = re.compile(
    r"\b(?:revers\w+|nsf|bounced?|returned|unpaid|charge ?backs?|dishono\w+|insufficient|recalled|undone|cancel\w*|"
    r"corrections?|corrected|adjust\w+|failed|rejected|declined|denied|"
    r"rucklast\w*|ruckbuch\w*|ruckgabe\w*|ruckruf\w*|storn\w*|zuruck\w*|abgelehnt|"
    r"rejets?|rejetee?s?|impayee?s?|annul\w*|extourne\w*|contre ?passation|"
    r"impagad[oa]s?|devuelt[oa]s?|devolucion\w*|devolucao|devolvid[oa]s?|rechazad[oa]s?|anulad[oa]s?|retroces\w*|"
    r"insolut[oi]|storno|stornat[oi]|respint[oi]|teruggeboekt|storner\w*|gestorneerd|geweigerd|"
    r"tilbagef\w*|tilbakef\w*|aterford\w*|aterbetald|zwrot\w*|odrzucon\w*)\b"
)
_PAID_ON = re.compile(
    r"\b(?:payments? (?:to|for)|zahlung an|betaling (?:aan|til)|pag(?:o|amento) a|card payment|direct debit|"
    r"standing order|"
    r"pagamento (?:pos|tramite|con|presso)|pago (?:con|en)|paiement (?:par|carte|cb))\b"
)


def is_opening(text: str) -> bool:
    """Whether the whole text names the balance before the first movement."""
    return bool(_OPENING.search(words(text)))


def is_closing(text: str) -> bool:
    """Whether the whole text names the balance after the last movement."""
    return bool(_CLOSING.search(words(text)))


def is_total(text: str) -> bool:
    """Whether the text names a sum of rows."""
    return bool(_TOTAL.search(words(text)))


def is_turnover(text: str) -> bool:
    """Whether the text is the name of a sum of rows that cannot be a merchant's name."""
    return bool(_TURNOVER.fullmatch(words(text)))


def is_total_alone(text: str) -> bool:
    """Whether the text is the name of a sum of rows and nothing else."""
    return bool(_TOTAL_ALONE.fullmatch(words(text)))


def is_pending(text: str) -> bool:
    """Whether a status says that the bank has not booked the movement yet."""
    return bool(_PENDING.search(words(text)))


def is_failed(text: str) -> bool:
    """Whether a status says that no money moved."""
    return bool(_FAILED.search(words(text)))


def state_of(title: str, cell: str) -> str:
    """Return what a cell says of its row: itself, but where the column's title is the state, whether that holds."""
    folded = words(cell)
    holds = folded in _YES if folded in _YES | _NO else None
    if is_pending_alone(title):
        return "" if holds is False else title if holds else cell
    return "pending" if holds is False and is_state(title) else cell


def is_state(text: str) -> bool:
    """Whether a text says how far the bank is with a movement, and nothing else."""
    folded = words(text)
    for pattern in (_PENDING, _FAILED, _BOOKED):
        rest = pattern.sub(" ", folded)
        if rest != folded and not _BESIDE_STATES.sub(" ", rest).split():
            return True
    return folded in {"", "b", "c", "r"} | _YES | _NO


def is_pending_alone(text: str) -> bool:
    """Whether a text says that something is not booked yet, and nothing else."""
    return is_pending(text) and is_state(text)


def is_card(text: str) -> bool:
    """Whether a title or file name speaks of a credit card."""
    return bool(_CARD.search(words(text)))


def is_repayment(text: str) -> bool:
    """Whether a card's row speaks of money that came in, such as the monthly payment."""
    return bool(_REPAYMENT.search(words(text)))


def is_thanked(text: str) -> bool:
    """Whether a row speaks of a bill that was paid, as only the one who is paid does."""
    return bool(_THANKED.search(words(text)))


def is_taken_back(text: str) -> bool:
    """Whether a row says that a payment did not hold: it bounced, was rejected, or was booked back."""
    return bool(_TAKEN_BACK.search(words(text)))


def is_paid_on(text: str) -> bool:
    """Whether a row names a payment to somebody, as an account does from which it is paid."""
    return bool(_PAID_ON.search(words(text)))
