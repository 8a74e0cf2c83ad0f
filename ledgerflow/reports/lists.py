"""The register as a list: which columns it has, and what its address asks for."""

from types import MappingProxyType

from ledgerflow.books.lists import BookList, ListColumn, is_day

REGISTER = BookList(
    key="register",
    name="Register",
    url_name="reports:register",
    columns=(
        ListColumn("date", "Date", is_needed=True),
        ListColumn("entry", "Entry"),
        ListColumn("text", "Text", is_needed=True),
        ListColumn("bank-text", "Bank's text, where it differs"),
        ListColumn("other-side", "Other side"),
        ListColumn("debit", "Debit", is_needed=True),
        ListColumn("credit", "Credit", is_needed=True),
        ListColumn("balance", "Balance"),
        ListColumn("source", "Source"),
    ),
    asks=MappingProxyType({"from": "", "to": "", "q": ""}),
    in_path=("account",),
    takes=MappingProxyType({"from": is_day, "to": is_day}),
)
