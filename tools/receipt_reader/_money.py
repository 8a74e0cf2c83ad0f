"""Total, tax and currency: amounts beside the words that name them, as printed. Nothing is added up."""

import re
from collections.abc import Sequence
from decimal import Decimal

from tools.receipt_reader._lines import Line, Spot

_AMOUNT = re.compile(
    r"(?<![\d.,])-?(?:\d{1,3}(?:(?P<group>[,.' ])\d{3})(?:(?P=group)\d{3})*|\d{1,7})(?P<mark>[.,])\d{2}"
    r"(?![\d%]|[.,]\d|\s?%)"
)
_WHOLE = re.compile(r"(?:[¥₩]|JPY|KRW)\s?(\d{1,3}(?:,\d{3})+|\d{1,9})(?![\d.,])")

#: Words that name the total, the surest first.
_TOTALS = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        (
            r"grand\s?total|amount\s?due|total\s?due|balance\s?due|invoice\s?total|order\s?total|total\s?ttc"
            r"|net\s?à\s?payer|zu\s?zahlen|zahlbetrag|gesamtbetrag|rechnungsbetrag|total\s?a\s?pagar"
        ),
        r"total|summe|gesamt|gesamtsumme|importe\s?total|montant\s?total|totale|totaal",
        r"amount|betrag|importe|montant",
    )
)
_NO_TOTAL = re.compile(
    r"sub-?\s?total|zwischensumme|total\s?(?:items|savings|discount|tax|vat|points|number|qty)|"
    r"(?:tax|vat|mwst|tva|iva|discount|savings|net|netto|tip)\s?total|excl|\bnetto\b|\bht\b|change|rückgeld|tendered|\bcash\b",
    re.IGNORECASE,
)
_TAX = re.compile(
    r"\b(?:sales\s?tax|tax|vat|mwst|ust|umsatzsteuer|tva|iva|btw|gst|hst|moms)\b\.?", re.IGNORECASE
)
_NO_TAX = re.compile(
    r"tax\s?(?:id|no|nr|number|invoice|free|exempt)|"
    r"(?:vat|ust|tva|iva|gst|abn)[\s-]?(?:id|no|nr|reg|number|invoice)|"
    r"incl|inkl|excl|exkl|before\s?tax|net|\btotal\b(?!\s?(?:tax|vat))|steuernummer",
    re.IGNORECASE,
)
_SIGNS = {
    "US$": ("USD",), "C$": ("CAD",), "CA$": ("CAD",), "A$": ("AUD",),
    "€": ("EUR",), "£": ("GBP",), "₹": ("INR",), "₩": ("KRW",), "zł": ("PLN",), "Kč": ("CZK",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "CLP", "COP", "ARS"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}  # fmt: skip
_CODES = re.compile(
    r"\b(?:USD|EUR|GBP|CAD|AUD|NZD|CHF|JPY|CNY|SEK|NOK|DKK|ISK|PLN|CZK|INR|SGD|HKD|MXN|BRL|ZAR|KRW|HUF|RON|TRY|ILS)\b"
)
_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True)))

Stated = tuple[Decimal, Spot]


def find_total(lines: Sequence[Line], unsure: list[str]) -> Stated | None:
    """Return the amount that the surest word names; different amounts under words equally sure are unsure."""
    for pattern in _TOTALS:
        found = _beside(lines, pattern, _NO_TOTAL)
        amounts = sorted({amount for amount, _ in found})
        if len(amounts) > 1:
            unsure.append(f"Several totals are stated: {', '.join(map(str, amounts))}.")
            return None
        if found:
            return found[-1]
    unsure.append("No amount stands beside a word for the total.")
    return None


def find_tax(lines: Sequence[Line], unsure: list[str]) -> Stated | None:
    """Return the tax if the receipt states one; several taxes are unsure, because their sum is not stated."""
    found = _beside(lines, _TAX, _NO_TAX)
    amounts = sorted({amount for amount, _ in found})
    if len(amounts) > 1:
        unsure.append(f"Several taxes are stated: {', '.join(map(str, amounts))}.")
        return None
    return found[0] if found else None


def find_currency(
    lines: Sequence[Line], unsure: list[str], *, near: Spot | None, home: str | None
) -> tuple[str, Spot] | None:
    """Return the currency: of the total's line, else of the whole receipt if there is only one."""
    for chosen in ([near.line] if near else [], range(len(lines))):
        found = [each for at in chosen for each in _currencies(at, lines[at].text)]
        meant = {codes for codes, _ in found}
        if len(meant) > 1:
            sure = [each for each in found if len(each[0]) == 1]
            found = sure if len({codes for codes, _ in sure}) == 1 else []
            if not found:
                unsure.append(
                    f"Several currencies are stated: {', '.join(sorted({codes[0] for codes in meant}))}."
                )
                return None
        if found:
            codes, spot = found[0]
            if len(codes) > 1 and home not in codes:
                sign = lines[spot.line].text[spot.start : spot.end]
                unsure.append(f"The sign {sign} is of several currencies; say which is meant.")
                return None
            return (codes[0] if len(codes) == 1 else str(home)), spot
    return None


def _currencies(at: int, text: str) -> list[tuple[tuple[str, ...], Spot]]:
    codes: list[tuple[tuple[str, ...], Spot]] = [
        ((match[0],), Spot(at, *match.span())) for match in _CODES.finditer(text)
    ]
    signs = [
        (_SIGNS[match[0]], Spot(at, *match.span()))
        for match in _SIGN.finditer(text)
        if not match[0].isalpha() or re.search(rf"\d\s?{match[0]}\b", text)
    ]
    return codes or signs


def _beside(lines: Sequence[Line], names: re.Pattern[str], but_not: re.Pattern[str]) -> list[Stated]:
    """The last amount of each line that the words name, or of the next line where theirs has none."""
    found = []
    for at, line in enumerate(lines):
        match = names.search(line.text)
        if match is None or but_not.search(line.text):
            continue
        here = [each for each in _amounts(at, line.text) if each[1].start >= match.end()]
        if not here and at + 1 < len(lines) and not re.search(r"[^\W\d_]{4}", lines[at + 1].text):
            here = _amounts(at + 1, lines[at + 1].text)
        found += here[-1:]
    return found


def _amounts(at: int, text: str) -> list[Stated]:
    stated = []
    for match in _AMOUNT.finditer(text):
        if match["group"] == match["mark"]:
            continue
        whole, cents = match[0][:-3], match[0][-2:]
        digits = "".join(char for char in whole if char.isdigit() or char == "-")
        stated.append((Decimal(f"{digits}.{cents}"), Spot(at, *match.span())))
    if not stated:
        stated = [
            (Decimal(match[1].replace(",", "")), Spot(at, *match.span(1))) for match in _WHOLE.finditer(text)
        ]
    return stated
