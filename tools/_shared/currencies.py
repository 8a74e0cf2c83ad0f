"""Currency codes (ISO 4217) and the symbols that name one currency only."""
# ruff: noqa: RUF001 - the characters that banks print are the subject, look-alikes among them

import re

THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies whose amounts have three decimals, so that 4.750 may be less than five."""

NO_DECIMALS = frozenset(
    {
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    }
)
"""Currencies whose amounts have no decimals, so that 4.750 is more than four thousand."""

NO_CURRENCY = "XXX"
"""ISO 4217's code for "no currency": the file does not say which."""

_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHF CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR "
    "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR "
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG "
)
CODES = frozenset(_CODES.split())
"""The codes of the currencies in use."""

SYMBOL_CODES = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₽": "RUB",
    "₺": "TRY",
    "₴": "UAH",
    "₩": "KRW",
    "₪": "ILS",
    "฿": "THB",
    "₫": "VND",
    "₱": "PHP",
    "₦": "NGN",
    "₸": "KZT",
    "₾": "GEL",
    "r$": "BRL",
    "us$": "USD",
    "c$": "CAD",
    "ca$": "CAD",
    "a$": "AUD",
    "au$": "AUD",
    "nz$": "NZD",
    "s$": "SGD",
    "hk$": "HKD",
    "nt$": "TWD",
    "mx$": "MXN",
    "zł": "PLN",
    "tl": "TRY",
    "kč": "CZK",
    "ft": "HUF",
    "руб": "RUB",
    "грн": "UAH",
    "лв": "BGN",
    "円": "JPY",
    "元": "CNY",
    "원": "KRW",
    "rm": "MYR",
    "rp": "IDR",
    "د.ا": "JOD",
    "د.إ": "AED",
    "ر.س": "SAR",
    "د.ك": "KWD",
    "د.ب": "BHD",
    "ر.ع": "OMR",
    "ر.ق": "QAR",
    "د.ت": "TND",
    "ج.م": "EGP",
    "د.م": "MAD",
}
"""Symbols of one currency, in lower case without a closing full stop. The dollar, yen and crown signs name several."""

_SHARED_SYMBOLS = frozenset(
    {"$", "¥", "￥", "kr", "rs", "fr", "sfr", "r", "р", "lei", "kn", "din", "chf", "₨", "bs", "s/"}
)


def is_currency_text(text: str) -> bool:
    """Say whether the text beside a number is a currency code or symbol."""
    folded = text.strip().casefold().rstrip(".")
    return text.strip().upper() in CODES or folded in SYMBOL_CODES or folded in _SHARED_SYMBOLS


def currency_of(text: str) -> str | None:
    """Return the code that a code or symbol names; ``None`` when it names several or none."""
    code = text.strip().upper()
    return code if code in CODES else SYMBOL_CODES.get(text.strip().casefold().rstrip("."))


def currency_in_header(text: str) -> str | None:
    """Return the code that a header states, as in "Amount (EUR)" or "bedrag in EUR"."""
    found = {word for word in re.findall(r"\b[A-Z]{3}\b", text) if word in CODES}
    if not found:
        found = {code for symbol, code in SYMBOL_CODES.items() if len(symbol) == 1 and symbol in text}
    return found.pop() if len(found) == 1 else None
