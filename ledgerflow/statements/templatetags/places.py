"""Places of lines in their files: ``{% load places %}``."""

from collections.abc import Mapping
from typing import Any

from django import template

from ledgerflow.statements import places

register = template.Library()


@register.filter
def place_query(place: Mapping[str, Any]) -> str:
    """Return the place as the query of its file's address."""
    return places.query(place)


@register.filter
def place_words(place: Mapping[str, Any]) -> str:
    """Return what the place is called."""
    return places.words(place)
