"""The words that banks print above columns.

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
    OWED = "balance owed"
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
    IGNORED = "ignored"


DATE_ROLES = frozenset({Role.BOOKING_DATE, Role.DATE, Role.VALUE_DATE, Role.OTHER_DATE})
"""The roles of columns that hold dates."""

_DATE = (
    r"date|datum|data|fecha|dato|dag|dzien|den|datetime|paiva|paivamaara|pvm|kuupaev|datums|tarih|"
    r"tarihi|datuma|nap|created|ημερομηνια|tanggal|tarikh|ngay|תאריך|التاريخ|تاريخ|ว นท"
)
_AMOUNT = (
    r"amounts?|amt|betrag|umsatz|bedrag|montant|importe|monto|importo|valor|quantia|montante|belopp|"
    r"belob|belop|maara|summa|suma|sum|kwota|castka|osszeg|osszege|tutari?|mutatie|net|netto|cantidad|"
    r"ciastka|objem|сумма|сума|ποσο|iznos|znesek|\w*betrag|\w*bedrag|\w*belopp|total|value|jumlah|"
    r"nominal|so tien|סכום|المبلغ"
)

_COLUMNS: Final[tuple[tuple[Role, str], ...]] = (
    (
        Role.FLAG,
        (
            r"^(?:d c|c d|dc|cd|dr cr|cr dr|crdr|drcr|debit credit|credit debit|creditdebet|"
            r"debetcredit|debet credit|credit debet|af bij|soll haben|s h|h s|sh|sens|signe|sign|"
            r"direction|bevetel kiadas|jovairas terheles|balance impact|soll haben kennzeichen|"
            r"umsatzart s h|d k|k d|deebet kreedit.*|dk|debito credito|credito debito|dare avere|"
            r"cargo abono|in out|indicator|προσημο|.*(?:debit|dr).{0,4}(?:credit|cr) (?:indicator|flag|mark|"
            r"code)|credit debit.*)$|收 支|收支|借贷|收付|借方貸方"
        ),
    ),
    (
        Role.OTHER_CURRENCY,
        (
            r"\b(?:original|orig|local|foreign|instructed|exchange|payment|target|source|fremd\w*|"
            r"urspr\w*|oprindelig)\b.*\b(?:currency|ccy|waehrung|wahrung|valuta|devise|munt)|"
            r"^exchange (?:to|from)$|fremdwahrung$|交易币种"
        ),
    ),
    (
        Role.FEE,
        (
            r"\b(?:fees?|commission|charges?|gebuhr(?:en)?|entgelt|kosten|frais|comision|commissioni|"
            r"provision|poplatek|avgift|gebyr|kosten op verrichting|oplata|prowizja|comm)\b|手续费|手数料"
        ),
    ),
    (
        Role.OTHER_NUMBER,
        (
            r"\b(?:rate|kurs|wechselkurs|koers|quantity|qty|price|tax|vat|steuer|shipping|insurance|"
            r"gross|brutto|brut|original|orig|local|foreign|exchange|instructed|fremd\w*|urspr\w*|"
            r"converted|auslagenersatz\w*|ursprungsbetrag|points|miles|limit|amount currency|count|"
            r"entries|cashback|reward|rewards|puvodni|oryginaln\w*|available|disponible|verfugbar\w*|"
            r"fx|vat amount|shares|units?|anzahl|number of|taux|tasso|tipo de cambio|cambio|"
            r"income entries|expenses entries|foreign spend|total fees|taxes|quantita)\b|汇率|手续费"
        ),
    ),
    (
        Role.OPENING,
        (
            r"\b(?:opening|beginning|begin|start|starting|initial|previous|prior|anfangs|ingaende|"
            r"pociatocny|pocatecni)\b.*\b(?:balance|saldo|bal|solde|kontostand|zustatek)\b|"
            r"\b(?:saldo inicial|saldo iniziale|solde initial|saldo anterior)\b|^(?:anfangssaldo|"
            r"beginsaldo|startsaldo|anfangsbestand|alter saldo)$"
        ),
    ),
    (
        Role.CLOSING,
        (
            r"\b(?:closing|ending|end|final|eind|new|saldo final|saldo finale|"
            r"solde final)\b.*\b(?:balance|saldo|bal|solde)\b|^(?:endsaldo|eindsaldo|schlusssaldo|"
            r"neuer saldo)$"
        ),
    ),
    (
        Role.BALANCE,
        (
            r"\b(?:balance|bal|saldo|boeksaldo|kontostand|solde|sald|saldi|egyenleg|zustatek|zostatok|"
            r"stanje|baki|bakiye|so du|יתרה|היתרה|الرصيد|bilanz|runningbalance|salden|kontosaldo|"
            r"atlikums|likutis|jaak|(?:saldo|"
            r"stan) po\b.*|остаток|залишок|υπολοιπο|баланс|сальдо)\b|\w+saldo\b|คงเหล|余额|餘額|残高|잔액|本次余额"
        ),
    ),
    (
        Role.VALUE_DATE,
        (
            rf"\b(?:value|valeur|valor|valuta|valutadatum|valutering\w*|wert|wertstellung\w*|rente\w*|"
            rf"arvopaiva|waluty|effective|interest|valutastellung|ertek\w*|available on\w*|"
            rf"valutare)\b(?: .*\b(?:date|datum|fecha|data|dato|dag|dat)\b)?$|"
            rf"\b(?:{_DATE})\b.* (?:value|valeur|valor|valuta|waluty)$|^(?:valuta|wertstellung|wert|"
            rf"valutadato|rentedatum|rentedag)$|תאריך ערך|起息日"
        ),
    ),
    (
        Role.BOOKING_DATE,
        (
            r"\b(?:booking|booked|posting|posted|post|buchung|buchungs\w*|bokforing\w*|bokfor\w*|"
            r"bokfort|bogfor\w*|kirjaus\w*|contable|contabile|contabilizacao|comptable|"
            r"comptabilisation|ksiegowania|zauctovani|zuctovani|zauctovania|konyveles\w*|completed|"
            r"processed|processing|cleared|settlement|boekdatum|boekings\w*|boek|registro|"
            r"registrazione|transaktionsdatum bokfort)\b(?: .*)?(?:date|datum|fecha|data|dato|dag|tag|"
            r"day|on)?$|^(?:buchungstag|bu tag|bu datum|buchung|boekdatum|entry date|date (?:de )?comptabilisation|"
            r"(?:date|fecha|data|datum) (?:comptable|contable|contabile|posted|processed|booked|"
            r"zauctovani|zuctovani|ksiegowania|completed)|completed date.*|posted|date posted|"
            r"posting date)$|记账日期|入账日期|记账日"
        ),
    ),
    (
        Role.OTHER_DATE,
        (
            rf"\b(?:due|expiry|statement|started|initial|final|start|end|birth|closing|opening|from|to|"
            rf"verfall|faelligkeit|period|uitgavenstaat|authorized|"
            rf"authori[sz]ation)\b.*\b(?:{_DATE})\b|^time$|^tijd$|^uhrzeit$|^heure$|^ora$|交易时间"
        ),
    ),
    (
        Role.CARD,
        (
            r"^(?!.*\b(?:account|konto|conto|compte|cuenta|conta|rekening)\b).*?(?:"
            r"\b(?:card|kreditkarte|karten?|kartennummer|kredietkaart|carte|tarjeta|carta|kort|"
            r"kortnummer|karta|kartya\w*|cartao|credit card)\b(?:.*\b(?:no|nr|number|num|nummer|numero|"
            r"holder|ending|digits)\b)?$|^card|^karten(?:nummer|inhaber)|^purchased by$|"
            r"titulaire de la carte|titular (?:de la tarjeta|do cartao)|kaarthouder|kortinnehavare|kartyaszam|卡号)"
        ),
    ),
    (
        Role.OUT,
        (
            r"\b(?:debits?|debet|debito|debitos|withdrawals?|withdrawn|paid out|money out|out|outflow|"
            r"outgoing|spent|soll|ausgang|ausgaben?|belastung(?:en)?|lastschrift|af|retrait|depenses?|"
            r"cargos?|adeudos?|debe|retiros?|gastos?|dare|uscite|uscita|addebit[oi]|ut|uttag|borc|χρεωση|ud|"
            r"utgift\w*|ud|ulos\w*|obciazeni\w*|vydaje?|terheles|debits|expenses?|saidas?|despesas?|"
            r"charge amount|purchases?|расход|списание|дебет|ghi no|חובה|בחובה|חיוב|مدين)\b|^dr$|^payments?$|"
            r"ถอน|支出|支取|借方|出金|引出|引き出し|支払|출금|提出"
        ),
    ),
    (
        Role.IN,
        (
            r"\b(?:credits?|kredit|credito|creditos|deposits?|depositos?|paid in|money in|in|inflow|incoming|"
            r"received|haben|eingang|einnahmen?|gutschrift(?:en)?|bij|depot|recettes?|abonos?|haber|"
            r"ingresos?|avere|entrate|entrata|accredit[oi]|insattning|ind|inn|alacak|πιστωση|"
            r"inntekt\w*|innskudd|panot|"
            r"uznani\w*|prijmy?|jovairas|income|receipts?|entradas?|receitas?|приход|зачисление|"
            r"кредит|ghi co|זכות|בזכות|זיכוי|داين)\b|^cr$|ฝาก|"
            r"收入|存入|貸方|入金|預入|預け入れ|お預り|預り|預かり|入金額|입금|贷方"
        ),
    ),
    (
        Role.CURRENCY,
        (
            r"^(?:currency|ccy|cur|curr|currency code|account currency|whg|wahrung|waehrung|\w*wahrung|"
            r"munt|muntsoort|devise|moneda|divisa|valuta|valutacode|waluta|mena|mena uctu|penznem|"
            r"devizanem|deviza|para birimi|valyuta|moeda|valuuta|tranzakcio devizaneme|"
            r"billing currency|posted currency|\w+ currency|валюта|.*\bdeviza\w*|.*\bpenznem\w*)$|币种|通貨"
        ),
    ),
    (
        Role.BANK_ID,
        (
            r"^(?:id|transaction id|transactionid|transaction number|trans id|txn id|fitid|"
            r"id transakce|id transaction|transaktions? id|transaktionsnummer|transferwise id|"
            r"balance transaction id|bank reference id|unique id|operation id|id operacji|uuid|"
            r"transaction no|archivierungskennung|tranzakcio azonosito|volgnr|arkiveringstunnus)$|"
            r"^交易号$|^流水号$|日 ?志 ?号"
        ),
    ),
    (
        Role.STATUS,
        (
            r"^(?:(?:transaction|booking|payment) status|info|cleared|pending|"
            r"buchungsstatus|umsatzstatus|交易状态|当前状态|статус|allapot|(?:status|state|estado|stato|etat|"
            r"stav|tila|statut)(?: (?:(?:de la |de l |d |del |da |di )?(?:operazione|movimento|transazione|"
            r"operacion|movimiento|operacao|operation|transaction|transakce|platby)))?)$"
        ),
    ),
    (
        Role.ACCOUNT,
        (
            r"^(?:account|account number|account no|account nr|account name|accountnumber|accountnum|"
            r"auftragskonto|iban|iban auftragskonto|konto|kontonummer|kontonr|rekening|rekeningnummer|"
            r"compte|numero de compte|cuenta|numero de cuenta|conto|conta|own account|your account|"
            r"eigen rekening|iban bban|ucet|cislo uctu|szamlaszam|bankszamla|tili|accountnr|card|"
            r"conto o carta|kliendi konto|source account|from account number|rachunek|"
            r"numer rachunku|posted account|saskaitos nr|konta nr)$|^(?:账号|账户|口座番号)$"
        ),
    ),
    (
        Role.COUNTERPARTY,
        (
            r"\b(?:payee|counterparty|counter party|beneficiary|beneficiaire|begunstigter|"
            r"beguenstigter\w*|zahlungspflichtiger|zahlungsempfanger\w*|auftraggeber|empfanger|"
            r"empfaenger|merchant|handelaar|partner|name|naam|nom|nome|nombre|tegenrekeninghouder|"
            r"naam tegenpartij|ordernde|modtager|mottaker|saaja|maksaja|beneficiario|ordenante|"
            r"odbiorca|nadawca|nazev protiuctu|kontrahent|contrepartie|tiers|korrespondent|recipient|"
            r"sender|payer|drawer|vendor|supplier|partner neve|payer name|payee name|gegenpartei|"
            r"opposing|handlare)\b(?!.*(?:iban|bic|number|nummer|konto|account|address|adres))|对方户名|"
            r"交易对方|对手|相手"
        ),
    ),
    (
        Role.REFERENCE,
        (
            r"\b(?:reference|ref|referenz|referentie|referencia|riferimento|kenmerk|mandatsreferenz|"
            r"kundenreferenz|end to end|cheque|check|viite|viitenumero|vs|variable symbol|"
            r"variabilni symbol|betalingskenmerk|gestructureerde mededeling|num|numero documento|"
            r"document number|receipt|invoice|mandate|machtigingsnummer|operation number)\b"
        ),
    ),
    (
        Role.DESCRIPTION,
        (
            r"\b(?:description|descriptions|desc|details?|detail|narrative|narration|memo|note|notes|"
            r"text|selgitus|buchungstext|verwendungszweck|omschrijving|mededeling(?:en)?|libelle|concepto|"
            r"descripcion|descrizione|causale|descricao|historico|beskrivelse|beskrivning|tekst|selite|"
            r"viesti|tytul|opis|popis|zprava|poznamka|kozlemeny|aciklama|label|particulars|transaction|"
            r"purpose|message|payment details|remittance|summary|remarks?|remarque|comment|"
            r"communication|toelichting|vrije mededeling|subject|betreff|original description|vorgang|"
            r"leistung|item title|назначение|описание|action|operation|observaciones|tapahtuma|"
            r"transaktion|rubrik|specifikation|teksti|beschreibung|keterangan|noi dung|dien giai|תיאור|"
            r"פרטים|הפעולה|البيان|الوصف)\b|รายการ|摘要|附言|备注|商品|详情|適用|摘要|내용|적요|交易场所|"
            r"说明"
        ),
    ),
    (
        Role.DATE,
        (
            rf"\b(?:{_DATE})\b|\w+datum\b|\w+tag$|\w+dato$|^when$|date$|\bdatums?\b|日期|日付|取引日|年月日|时间|"
            rf"거래일|дата|\b(?:completed|created|transaction|settled)\b.*\b(?:date|at|on|utc|time)\b|"
            rf"^datetime\b|^timestamp$"
        ),
    ),
    (
        Role.AMOUNT,
        (rf"\b(?:{_AMOUNT})\b|金额|金額|금액"),
    ),
)
_COMPILED = tuple((role, re.compile(pattern)) for role, pattern in _COLUMNS)
_PUNCTUATION = re.compile(r"[\W_]+")
_CODE_IN_HEADER = re.compile(
    r"[(\[]\s*(?:in\s+)?[A-Z€£$]{1,3}\s*[)\]]|\bin [A-Z]{3}\b|[(\[]\s*in\s+\w[^)\]]*[)\]]"
    r"|\((?:after|before|incl\w*|excl\w*|without) (?:fees?|charges?)\)"
    r"|\((?:incl\w*|inkl\w*)\.? (?:VAT|tax\w*|MwSt\.?|IVA|TVA|BTW)\)"
)


def words(text: str) -> str:
    """Return the text folded, with every run of punctuation as one space."""
    return _PUNCTUATION.sub(" ", fold(text)).strip()


def roles_of_header(text: str) -> list[Role]:
    """Return what a header cell may announce, the most particular role first; what the column holds decides."""
    folded = words(_CODE_IN_HEADER.sub(" ", text))
    if not folded or len(folded) > 80:
        return []
    return [role for role, pattern in _COMPILED if pattern.search(folded)]
