"""Template filters and tags every page uses: ``{% load ledgerflow %}``."""

import re
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ledgerflow.core.money import format_money

register = template.Library()

#: An amount within a sentence; `frame.js` finds the same. No share, no version, no day.
_AMOUNT = re.compile(r"(?<![\w.])(-?\d[\d,]*\.\d{2,4})(?![\d%]|\.\d)", re.ASCII)


@register.filter
def money(amount: Decimal | None, currency: str) -> SafeString | str:
    """Show an amount with thousands separated and its currency's digits, the sign always written; nothing for ``None``.

    Put it into a cell of the class ``money``, which aligns figures to the right.
    """
    if amount is None:
        return ""
    sign = "negative" if amount < 0 else "zero" if amount == 0 else "positive"
    return format_html('<span class="amount amount-{}">{}</span>', sign, format_money(amount, currency))


@register.filter
def discreet(sentence: object) -> SafeString:
    """Let each amount of a sentence, one with digits after a decimal mark, be hidden with the amounts of the page.

    A sentence with markup of its own, such as a link, stays as it is.
    """
    text = str(sentence)
    if isinstance(text, SafeString):
        return text
    pieces = _AMOUNT.split(text)  # words and amounts by turns
    shown = (
        format_html('<span class="discreet">{}</span>', piece) if number % 2 else piece
        for number, piece in enumerate(pieces)
    )
    return format_html_join("", "{}", ((piece,) for piece in shown))


@register.filter
def rate(value: Decimal) -> str:
    """Show an exchange rate with at least four digits after the decimal mark, and no zeros beyond them."""
    exponent = value.normalize().as_tuple().exponent
    return f"{value:.{max(4, -exponent if isinstance(exponent, int) else 0)}f}"


@register.filter
def percent(share: Decimal) -> str:
    """Show a share as 95 % or 95.2 %, rounded down, so that what is not reached is not shown."""
    shown = (share * 100).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
    return f"{shown:f} %".replace(".0 %", " %")


@register.filter
def unsigned(amount: Decimal) -> Decimal:
    """Return the size of an amount, for a column that says the sign, such as Credit."""
    return abs(amount)


@register.filter
def day(value: date | None) -> SafeString | str:
    """Show a bank's or an entry's date as 2026-11-23, never converted between time zones; nothing for ``None``."""
    if value is None:
        return ""
    return format_html('<time class="text-nowrap" datetime="{0}">{0}</time>', f"{value:%Y-%m-%d}")


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """Show a moment as 2026-11-23 14:05 in the time zone of the page; nothing for ``None``."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return format_html(
        '<time class="text-nowrap" datetime="{}">{}</time>', local.isoformat(), f"{local:%Y-%m-%d %H:%M}"
    )


@register.filter
def duration(seconds: float) -> str:
    """Show a length of time in the unit that suits it: 0.4 s, 12 min, 3.5 h."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of `web/icons.svg`; without a label it is decoration and screen readers pass over it."""
    at = static("web/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, at, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', at, name)


@register.filter
def control(field: BoundField) -> SafeString:
    """Draw a form field's widget with the classes of the design, marked invalid where it has errors."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        name = "form-check-input"
    elif isinstance(widget, Select):
        name = "form-select"
    else:
        name = "form-control"
    own = widget.attrs.get("class", "")
    invalid = "is-invalid" if field.errors else ""
    return field.as_widget(attrs={"class": " ".join(part for part in (name, own, invalid) if part)})


@register.filter
def is_check(field: BoundField) -> bool:
    """Whether the field is one check box, whose label stands after it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether the field is several boxes or buttons, which a fieldset holds together."""
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def is_file(field: BoundField) -> bool:
    """Whether the field takes files."""
    return isinstance(field.field.widget, FileInput)
