"""The journal as a list: which columns it has, and what its address asks for."""

from types import MappingProxyType

from ledgerflow.books.lists import BookList, ListColumn, is_day

JOURNAL = BookList(
    key="journal",
    name="Journal",
    url_name="posting:journal",
    columns=(
        ListColumn("number", "Number", is_needed=True),
        ListColumn("date", "Date", is_needed=True),
        ListColumn("text", "Text", is_needed=True),
        ListColumn("source", "Source"),
        ListColumn("amount", "Amount", is_needed=True),
        ListColumn("posted", "When and by whom it was posted"),
    ),
    asks=MappingProxyType({"from": "", "to": ""}),
    takes=MappingProxyType({"from": is_day, "to": is_day}),
)
