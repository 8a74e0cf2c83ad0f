"""Tags of the tools' pages: ``{% load toolbox %}``."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from ledgerflow.core.foreign_text import exact, exact_lines
from ledgerflow.toolbox.models import Outcome, ToolRun
from ledgerflow.toolbox.selectors import FAILED
from ledgerflow.toolbox.showing import shown

register = template.Library()

_SUBJECT = re.compile(r"(line|receipt) ([1-9][0-9]{0,17})", re.ASCII)
_PAGES = {"line": "posting:line", "receipt": "documents:receipt"}


@register.simple_tag(takes_context=True)
def tool_url(context: Context, name: str, **kwargs: Any) -> str:
    """Return the address of a page behind the same door: of the installation, or of the book."""
    address: str = context["door"].url(name, **kwargs)
    return address


@register.simple_tag
def about(run: ToolRun) -> SafeString | str:
    """Show what a run was about, leading to the line or the receipt of its book that its subject names."""
    named = _SUBJECT.fullmatch(run.subject)
    if named is None or run.book is None:
        return run.subject
    page, number = _PAGES[named[1]], int(named[2])
    address = reverse(page, kwargs={"book": run.book.slug, named[1]: number})
    return format_html('<a class="text-decoration-underline" href="{}">{}</a>', address, run.subject)


@register.filter
def json_shown(value: Any) -> SafeString:
    """Show a JSON value to people."""
    return shown(value)


@register.filter
def exact_shown(value: Any) -> Any:
    """Return a JSON value of strangers for people who decide about it: what cannot be seen stands there escaped.

    Names of a mapping are in one line, texts keep their lines.
    """
    match value:
        case str():
            return exact_lines(value)
        case list():
            return [exact_shown(each) for each in value]
        case Mapping():
            return {exact(name): exact_shown(each) for name, each in value.items()}
    return value


@register.filter
def exact_name(name: str) -> str:
    """Return a name of strangers in one line, exactly."""
    return exact(name)


@register.filter
def path_shown(path: str) -> SafeString:
    """Show a module path that may be broken behind its dots and underscores, where there is no room."""
    *parts, last = re.split(r"(?<=[._])(?!$)", path)
    return format_html_join("", "{}<wbr>", ((part,) for part in parts)) + conditional_escape(last)


@register.filter
def outcome_class(outcome: str) -> str:
    """Return the dot of an outcome, which the word beside it says too."""
    if outcome in {Outcome.DONE, Outcome.CACHED}:
        return "proven"
    return "discrepancy" if outcome in FAILED else "unprovable" if outcome == Outcome.REFUSED else "old"


@register.filter
def outcome_icon(outcome: str) -> str:
    """Return the icon of an outcome."""
    if outcome in {Outcome.DONE, Outcome.CACHED}:
        return "circle-check"
    return "clock" if outcome == Outcome.RUNNING else "circle-x" if outcome in FAILED else "circle-dashed"


@register.filter
def milliseconds(value: float | None) -> str:
    """Show a duration in the unit that suits it; nothing for ``None``."""
    if value is None:
        return ""
    return (
        f"{value / 1000:.1f} s" if value >= 1000 else f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
    )


@register.filter
def cost(amount: Decimal) -> str:
    """Show what a run cost: to the cent, and as far behind it as there is something."""
    cents = amount.quantize(Decimal("0.01"))
    return f"{cents if cents == amount else amount.normalize():f}"


@register.filter
def percent(share: float | None) -> str:
    """Show a share of 1; nothing for ``None``."""
    return "" if share is None else f"{share:.0%}"
