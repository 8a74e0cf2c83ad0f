"""Money: decimals with their currency, shown with the digits of ISO 4217 without ever becoming a float."""

from decimal import Decimal

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


def format_money(amount: Decimal, currency: str) -> str:
    """Return the amount with thousands separated and the currency's digits, such as ``-1,234.50``.

    More digits than the currency has are kept, because a bank may state them.
    """
    exponent = amount.normalize().as_tuple().exponent
    digits = max(minor_digits(currency), -exponent if isinstance(exponent, int) else 0)
    return f"{amount:,.{digits}f}"
