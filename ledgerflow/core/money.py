"""Money: decimals with their currency, rounded as ISO 4217 says, shown without ever becoming a float."""

from decimal import ROUND_HALF_UP, Decimal

#: Digits after the decimal mark by currency (ISO 4217 list one); every other currency has two.
_MINOR_DIGITS = {
    **dict.fromkeys(
        (
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
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}

ZERO = Decimal(0)


def minor_digits(currency: str) -> int:
    """Return the digits after the decimal mark of an ISO 4217 currency code."""
    return _MINOR_DIGITS.get(currency, 2)


def quantum(currency: str) -> Decimal:
    """Return the smallest amount of the currency, such as 0.01 for USD."""
    return Decimal(1).scaleb(-minor_digits(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round half away from zero to the currency's digits."""
    return amount.quantize(quantum(currency), rounding=ROUND_HALF_UP)


def format_money(amount: Decimal, currency: str) -> str:
    """Return the amount with thousands separated and the currency's digits, such as ``-1,234.50``.

    More digits than the currency has are kept, because a bank may state them.
    """
    exponent = amount.normalize().as_tuple().exponent
    digits = max(minor_digits(currency), -exponent if isinstance(exponent, int) else 0)
    return f"{amount:,.{digits}f}"
