"""HTML put together from strings: templates and ``format_html`` take too long for the cells of a long table.

Everything that is not markup, a name or a text, goes through :func:`text` or :func:`link` first.
"""

from collections.abc import Iterable
from decimal import Decimal
from html import escape

from django.utils.safestring import SafeString

from ledgerflow.core.money import format_money


def text(value: object) -> str:
    """Return the value as it stands in an element or an attribute."""
    return escape(str(value))


def link(address: str, words: object, name: str = "") -> str:
    """Return a link to the address, of the class ``name``."""
    kind = f' class="{name}"' if name else ""
    return f'<a{kind} href="{escape(address)}">{escape(str(words))}</a>'


def amount(value: Decimal | None, currency: str) -> str:
    """Return a cell with the amount, marked where it is negative; an empty one for ``None``."""
    if value is None:
        return '<td class="money"></td>'
    name = "amount amount-negative" if value < 0 else "amount"
    return f'<td class="money"><span class="{name}">{format_money(value, currency)}</span></td>'


def whole(parts: Iterable[str]) -> SafeString:
    """Return the parts as one piece of HTML that templates take as it is."""
    return SafeString("".join(parts))
