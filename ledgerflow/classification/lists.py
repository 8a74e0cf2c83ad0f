"""Payees and rules as lists: which columns they have, and what their addresses ask for."""

from types import MappingProxyType

from ledgerflow.books.lists import BookList, ListColumn

PAYEES = BookList(
    key="payees",
    name="Payees",
    url_name="classification:payees",
    columns=(
        ListColumn("payee", "Payee", is_needed=True),
        ListColumn("lines", "Lines"),
        ListColumn("texts", "Bank texts"),
        ListColumn("latest", "Latest line"),
    ),
    asks=MappingProxyType({"q": ""}),
)
RULES = BookList(
    key="rules",
    name="Rules",
    url_name="classification:rules",
    columns=(
        ListColumn("when", "When", is_needed=True),
        ListColumn("then", "Then", is_needed=True),
        ListColumn("mode", "Mode", is_needed=True),
        ListColumn("lines", "Lines"),
        ListColumn("recent", "Last 30 days"),
        ListColumn("right", "Right"),
        ListColumn("corrected", "Corrected after"),
        ListColumn("latest", "Latest line"),
        ListColumn("made-by", "Made by"),
    ),
    asks=MappingProxyType({}),
)
