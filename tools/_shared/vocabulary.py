"""The words that banks print above columns, in direction and status columns, and beside balances and totals.

Words are compared folded: lower case, no accents, punctuation as one space. Chinese, Japanese and Korean words are
found anywhere in the text, because those scripts do not separate words.
"""

import re
from enum import StrEnum
from typing import Final

from tools._shared.dates import fold


class Role(StrEnum):
    """What a column is for."""

    BOOKING_DATE = "booking date"
    DATE = "date"
    VALUE_DATE = "value date"
    OTHER_DATE = "other date"
    AMOUNT = "amount"
    OUT = "money out"
    IN = "money in"
    FLAG = "direction"
    BALANCE = "balance"
    OPENING = "opening balance"
    CLOSING = "closing balance"
    OTHER_NUMBER = "other number"
    FEE = "fee"
    CURRENCY = "currency"
    OTHER_CURRENCY = "other currency"
    ACCOUNT = "account"
    CARD = "card"
    BANK_ID = "bank id"
    STATUS = "status"
    COUNTERPARTY = "counterparty"
    REFERENCE = "reference"
    DESCRIPTION = "description"
    OTHER = "other"


_DATE = r"date|datum|data|fecha|dato|dag|dzien|den|datetime|paiva|paivamaara|pvm|kuupaev|datums|tarih|tarihi|datuma|nap|created"
_AMOUNT = (
    r"amounts?|amt|betrag|umsatz|bedrag|montant|importe|monto|importo|valor|quantia|montante|belopp|belob|belop|maara|summa|"
    r"suma|sum|kwota|castka|osszeg|osszege|tutar|mutatie|net|netto|cantidad|castka|ciastka|сумма|сума|iznos|znesek|"
    r"\w*betrag|\w*bedrag|\w*belopp|total|value"
)

_COLUMNS: Final[tuple[tuple[Role, str], ...]] = (
    (
        Role.FLAG,
        r"^(?:d c|c d|dc|cd|dr cr|cr dr|crdr|drcr|debit credit|credit debit|creditdebet|debetcredit|debet credit|credit debet|"
        r"af bij|soll haben|s h|h s|sh|sens|signe|sign|direction|bevetel kiadas|jovairas terheles|balance impact|"
        r"soll haben kennzeichen|umsatzart s h|d k|k d|deebet kreedit.*|dk|debito credito|credito debito|dare avere|"
        r"cargo abono|in out|indicator|.*(?:debit|dr).{0,4}(?:credit|cr) (?:indicator|flag|mark|code)|credit debit.*)$|"
        r"收 支|收支|借贷|收付|借方貸方",
    ),
    (
        Role.OTHER_CURRENCY,
        r"\b(?:original|orig|local|foreign|instructed|exchange|payment|target|source|fremd\w*|urspr\w*|oprindelig)\b.*"
        r"\b(?:currency|ccy|waehrung|wahrung|valuta|devise|munt)|^exchange (?:to|from)$|fremdwahrung$|交易币种",
    ),
    (
        Role.FEE,
        r"\b(?:fees?|commission|charges?|gebuhr(?:en)?|entgelt|kosten|frais|comision|commissioni|provision|poplatek|avgift|gebyr|"
        r"kosten op verrichting|oplata|prowizja|comm)\b|手续费|手数料",
    ),
    (
        Role.OTHER_NUMBER,
        r"\b(?:rate|kurs|wechselkurs|koers|quantity|qty|price|tax|vat|steuer|shipping|insurance|gross|brutto|brut|original|orig|"
        r"local|foreign|exchange|instructed|fremd\w*|urspr\w*|converted|auslagenersatz\w*|ursprungsbetrag|points|miles|limit|"
        r"amount currency|count|entries|cashback|reward|rewards|puvodni|oryginaln\w*|available|disponible|verfugbar\w*|fx|"
        r"vat amount|shares|units|anzahl|number of|taux|tasso|tipo de cambio|cambio|income entries|expenses entries|"
        r"foreign spend|total fees|taxes|quantita)\b|汇率|手续费",
    ),
    (
        Role.OPENING,
        r"\b(?:opening|beginning|begin|start|starting|initial|previous|prior|anfangs|ingaende|pociatocny|pocatecni)\b.*"
        r"\b(?:balance|saldo|bal|solde|kontostand|zustatek)\b|\b(?:saldo inicial|saldo iniziale|solde initial|saldo anterior)\b|"
        r"^(?:anfangssaldo|beginsaldo|startsaldo|anfangsbestand|alter saldo)$",
    ),
    (
        Role.CLOSING,
        r"\b(?:closing|ending|end|final|eind|new|saldo final|saldo finale|solde final)\b.*\b(?:balance|saldo|bal|solde)\b"
        r"|^(?:endsaldo|eindsaldo|schlusssaldo|neuer saldo)$",
    ),
    (
        Role.BALANCE,
        r"\b(?:balance|bal|saldo|boeksaldo|kontostand|solde|sald|saldi|egyenleg|zustatek|zostatok|stanje|bakiye|bilanz|"
        r"runningbalance|salden|kontosaldo|atlikums|likutis|jaak|(?:saldo|stan) po\b.*|остаток|баланс|сальдо)\b|"
        r"\w+saldo\b|余额|餘額|残高|잔액|本次余额",
    ),
    (
        Role.VALUE_DATE,
        r"\b(?:value|valeur|valor|valuta|valutadatum|valutering\w*|wert|wertstellung\w*|rente\w*|arvopaiva|waluty|effective|"
        r"interest|valutastellung|ertek\w*|available on\w*|valutare)\b(?: .*\b(?:date|datum|fecha|data|dato|dag|dat)\b)?$|"
        rf"\b(?:{_DATE})\b.* (?:value|valeur|valor|valuta|waluty)$|^(?:valuta|wertstellung|wert|valutadato|rentedatum|rentedag)$|起息日",
    ),
    (
        Role.BOOKING_DATE,
        r"\b(?:booking|booked|posting|posted|post|buchung|buchungs\w*|bokforing\w*|bokfor\w*|bokfort|bogfor\w*|kirjaus\w*|"
        r"contable|contabile|contabilizacao|comptable|comptabilisation|ksiegowania|zauctovani|zuctovani|zauctovania|konyveles\w*|"
        r"completed|processed|processing|cleared|settlement|boekdatum|boekings\w*|boek|registro|registrazione|transaktionsdatum bokfort)\b"
        r"(?: .*)?(?:date|datum|fecha|data|dato|dag|tag|day|on)?$|^(?:buchungstag|buchung|boekdatum|entry date|"
        r"date (?:de )?comptabilisation|(?:date|fecha|data|datum) (?:comptable|contable|contabile|posted|processed|booked|zauctovani|"
        r"zuctovani|ksiegowania|completed)|completed date.*|posted|date posted|posting date)$|记账日期|入账日期|记账日",
    ),
    (
        Role.OTHER_DATE,
        rf"\b(?:due|expiry|statement|started|initial|final|start|end|birth|closing|opening|from|to|verfall|faelligkeit|"
        rf"period|uitgavenstaat|authorized|authori[sz]ation)\b.*\b(?:{_DATE})\b|^time$|^tijd$|^uhrzeit$|^heure$|^ora$|交易时间",
    ),
    (
        Role.CARD,
        r"\b(?:card|kreditkarte|karten?|kartennummer|kredietkaart|carte|tarjeta|carta|kort|kortnummer|karta|kartya\w*|cartao|"
        r"credit card)\b(?:.*\b(?:no|nr|number|num|nummer|numero|holder|ending|digits)\b)?$|"
        r"^card|^kartennummer|kartyaszam|卡号",
    ),
    (
        Role.OUT,
        r"\b(?:debits?|debet|debito|debitos|withdrawals?|withdrawn|paid out|money out|out|outflow|outgoing|spent|soll|ausgang|"
        r"ausgaben?|belastung(?:en)?|lastschrift|af|retrait|depenses?|cargos?|adeudos?|debe|retiros?|gastos?|dare|uscite|"
        r"uscita|addebit[oi]|ut|uttag|ud|utgift\w*|ud|ulos\w*|obciazeni\w*|vydaje?|terheles|debits|expenses?|saidas?|despesas?|"
        r"charge amount|purchases?|расход|списание|дебет)\b|支出|支取|借方|出金|引出|引き出し|支払|출금|提出",
    ),
    (
        Role.IN,
        r"\b(?:credits?|kredit|credito|creditos|deposits?|paid in|money in|in|inflow|incoming|received|haben|eingang|einnahmen?|"
        r"gutschrift(?:en)?|bij|depot|recettes?|abonos?|haber|ingresos?|avere|entrate|entrata|accredit[oi]|insattning|ind|"
        r"inntekt\w*|innskudd|panot|uznani\w*|prijmy?|jovairas|income|receipts?|entradas?|receitas?|приход|зачисление|кредит)\b"
        r"|收入|存入|貸方|入金|預入|預け入れ|お預り|預り|入金額|입금|贷方",
    ),
    (
        Role.CURRENCY,
        r"^(?:currency|ccy|cur|curr|currency code|account currency|whg|wahrung|waehrung|\w*wahrung|munt|muntsoort|devise|moneda|divisa|"
        r"valuta|valutacode|waluta|mena|mena uctu|penznem|devizanem|deviza|para birimi|valyuta|moeda|valuuta|tranzakcio devizaneme|"
        r"billing currency|posted currency|\w+ currency|валюта|.*\bdeviza\w*|.*\bpenznem\w*)$|币种|通貨",
    ),
    (
        Role.BANK_ID,
        r"^(?:id|transaction id|transactionid|transaction number|trans id|txn id|fitid|id transakce|id transaction|transaktions? id|"
        r"transaktionsnummer|transferwise id|balance transaction id|bank reference id|unique id|operation id|id operacji|uuid|"
        r"transaction no|archivierungskennung|tranzakcio azonosito|volgnr|arkiveringstunnus)$|^交易号$|^流水号$|日 ?志 ?号",
    ),
    (
        Role.STATUS,
        r"^(?:status|state|info|cleared|pending|estado|stato|etat|stav|tila|transaction status|booking status|buchungsstatus|"
        r"statut|umsatzstatus|交易状态|当前状态|статус|allapot)$",
    ),
    (
        Role.ACCOUNT,
        r"^(?:account|account number|account no|account nr|account name|accountnumber|accountnum|auftragskonto|iban|iban auftragskonto|konto|"
        r"kontonummer|kontonr|rekening|rekeningnummer|compte|numero de compte|cuenta|numero de cuenta|conto|conta|own account|"
        r"your account|eigen rekening|iban bban|ucet|cislo uctu|szamlaszam|bankszamla|tili|accountnr|card|source account|"
        r"from account number|rachunek|numer rachunku)$|^(?:账号|账户|口座番号)$",
    ),
    (
        Role.COUNTERPARTY,
        r"\b(?:payee|counterparty|counter party|beneficiary|beneficiaire|begunstigter|beguenstigter\w*|zahlungspflichtiger|"
        r"zahlungsempfanger\w*|auftraggeber|empfanger|empfaenger|merchant|handelaar|partner|name|naam|nom|nome|nombre|"
        r"tegenrekeninghouder|naam tegenpartij|ordernde|modtager|mottaker|saaja|maksaja|beneficiario|ordenante|odbiorca|nadawca|"
        r"nazev protiuctu|kontrahent|contrepartie|tiers|korrespondent|recipient|sender|payer|drawer|vendor|supplier|"
        r"partner neve|payer name|payee name|gegenpartei|opposing|handlare)\b(?!.*(?:iban|bic|number|nummer|konto|account|address|adres))"
        r"|对方户名|交易对方|对手|相手",
    ),
    (
        Role.REFERENCE,
        r"\b(?:reference|ref|referenz|referentie|referencia|riferimento|kenmerk|mandatsreferenz|kundenreferenz|end to end|cheque|check|"
        r"viite|viitenumero|vs|variable symbol|variabilni symbol|betalingskenmerk|gestructureerde mededeling|num|numero documento|"
        r"document number|receipt|invoice|mandate|machtigingsnummer|operation number)\b",
    ),
    (
        Role.DESCRIPTION,
        r"\b(?:description|descriptions|desc|details?|detail|narrative|narration|memo|note|notes|text|buchungstext|verwendungszweck|"
        r"omschrijving|mededeling(?:en)?|libelle|concepto|descripcion|descrizione|causale|descricao|historico|beskrivelse|beskrivning|"
        r"tekst|selite|viesti|tytul|opis|popis|zprava|poznamka|kozlemeny|aciklama|label|particulars|transaction|purpose|message|"
        r"payment details|remittance|summary|remarks?|remarque|comment|communication|toelichting|vrije mededeling|subject|betreff|"
        r"original description|vorgang|leistung|item title|назначение|описание|action|operation|observaciones|tapahtuma|transaktion|"
        r"rubrik|specifikation|teksti|beschreibung)\b|摘要|附言|备注|商品|详情|適用|摘要|내용|적요|交易场所|说明",
    ),
    (
        Role.DATE,
        rf"\b(?:{_DATE})\b|\w+datum\b|\w+tag$|\w+dato$|^when$|date$|\bdatums?\b|日期|日付|取引日|年月日|时间|거래일|дата|"
        r"\b(?:completed|created|transaction|settled)\b.*\b(?:date|at|on|utc|time)\b|^datetime\b|^timestamp$",
    ),
    (Role.AMOUNT, rf"\b(?:{_AMOUNT})\b|金额|金額|금액"),
)
_COMPILED = tuple((role, re.compile(pattern)) for role, pattern in _COLUMNS)
_PUNCTUATION = re.compile(r"[\W_]+")
_CODE_IN_HEADER = re.compile(r"[(\[]\s*(?:in\s+)?[A-Z€£$]{1,3}\s*[)\]]|\bin [A-Z]{3}\b")


def words(text: str) -> str:
    """Return the text folded, with every run of punctuation as one space."""
    return _PUNCTUATION.sub(" ", fold(text)).strip()


def roles_of_header(text: str) -> list[Role]:
    """Return what a header cell may announce, the most particular role first; what the column holds decides."""
    folded = words(_CODE_IN_HEADER.sub(" ", text))
    if not folded or len(folded) > 80:
        return []
    return [role for role, pattern in _COMPILED if pattern.search(folded)]


_OUT_WORDS = (
    "d|db|dr|debit|debet|debito|debited|debits|soll|s|af|out|outflow|outgoing|money out|expense|expenses|withdrawal|withdraw|"
    "lastschrift|belastung|cargo|dare|uscita|addebito|check|cheque|支出|支|出|借|借方|付|出金|obciazenie|ut|uttag|ud|vydaj|kiadas|"
    "terheles|ausgabe|ausgaben|ausgang|gasto|despesa|depense|sortie|uit|deebet|дебет|расход|списание|debe|출금|minus"
)
_IN_WORDS = (
    "c|cr|credit|kredit|credito|credited|credits|haben|h|bij|in|inflow|incoming|money in|income|deposit|gutschrift|abono|avere|"
    "entrata|accredito|收入|收|入|贷|贷方|貸方|入金|uznanie|bevetel|jovairas|einnahme|einnahmen|eingang|ingreso|receita|recette|"
    "entree|insattning|ind|prijem|k|kreedit|кредит|приход|зачисление|haber|입금|plus"
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
    r"^(?:(?:the )?(?:opening|beginning|starting|start|initial|previous|prior)(?: ledger| account| statement)? balance|"
    r"balance (?:at start|at the start|at beginning|b f|brought forward|forward|carried forward)(?: .*)?|brought forward|"
    r"saldo (?:anterior|inicial|iniziale|precedente)|solde (?:initial|precedent|anterieur|d ouverture)|anfangssaldo|anfangsbestand|"
    r"alter (?:saldo|kontostand)|vorheriger saldo|saldovortrag|beginsaldo|vorig saldo|ingaende saldo|begynnelsesaldo|"
    r"startsaldo|alkusaldo|saldo poczatkowe|pocatecni zustatek|nyito egyenleg|期初余额|上期余额|前期繰越|繰越)\b.{0,20}$"
)
_CLOSING = re.compile(
    r"^(?:(?:the )?(?:closing|ending|end|final)(?: ledger| account| statement)? balance|balance (?:at end|at the end|c f)(?: .*)?|"
    r"saldo (?:final|finale|atual|actual)|solde (?:final|de cloture)|endsaldo|endbestand|neuer (?:saldo|kontostand)|eindsaldo|"
    r"nieuw saldo|utgaende saldo|slutsaldo|loppusaldo|saldo koncowe|konecny zustatek|zaro egyenleg|期末余额)\b.{0,20}$"
)
_TOTAL = re.compile(
    r"^(?:grand |sub )?(?:totals?|sum|summe|gesamt|gesamtsumme|zwischensumme|saldo|totaal|totale|totaux|suma|razem|celkem|"
    r"osszesen|summa|sammanlagt|yhteensa|itogo|всего|итого)\b|\btotals?$|合计|合計|小计|总计|합계"
)
_PENDING = re.compile(
    r"\b(?:pending|vorgemerkt|vorgemerkte|authori[sz]ed|reserved|reserviert|en attente|a venir|pendiente|in sospeso|"
    r"gereserveerd|reservation|reserverad|reserveret|reservert|varaus|not posted|uncleared|unposted|ausstehend|provisional)\b|待入账|未入账"
)
_FAILED = re.compile(
    r"\b(?:reverted|declined|failed|cancell?ed|denied|rejected|abgelehnt|storniert|refuse|rechazad[oa]|annule|removed|voided|"
    r"expired)\b|交易关闭|已关闭|失败"
)
_CARD = re.compile(
    r"\b(?:credit ?card|kreditkarte\w*|carte (?:de credit|bancaire)|kredietkaart|creditcard|mastercard|visa|amex|american express|"
    r"tarjeta de credito|carta di credito|kreditkort|luottokortti)\b|信用卡"
)
_REPAYMENT = re.compile(
    r"\b(?:payments?|thank you|zahlung|einzahlung|gutschrift|paiement|pago|betaling|pagamento|refund|erstattung|autopay|"
    r"credit|received|cashback|rembours\w*|terugbetaling|inbetalning|indbetaling|innbetaling)\b"
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


def is_pending(text: str) -> bool:
    """Whether a status says that the bank has not booked the movement yet."""
    return bool(_PENDING.search(words(text)))


def is_failed(text: str) -> bool:
    """Whether a status says that no money moved."""
    return bool(_FAILED.search(words(text)))


def is_card(text: str) -> bool:
    """Whether a title or file name speaks of a credit card."""
    return bool(_CARD.search(words(text)))


def is_repayment(text: str) -> bool:
    """Whether a card's row speaks of money that came in, such as the monthly payment."""
    return bool(_REPAYMENT.search(words(text)))
