"""The lists of bank lines as lists: which columns they have, and what their addresses ask for."""

from types import MappingProxyType

from ledgerflow.books.lists import BookList, ListColumn, is_day, is_number, is_one_of
from ledgerflow.review.which import By, Tab

QUEUE = BookList(
    key="queue",
    name="Review queue",
    url_name="review:queue",
    columns=(
        ListColumn("date", "Date", is_needed=True),
        ListColumn("payee", "Payee", is_needed=True),
        ListColumn("text", "Bank's text", is_usual=False),
        ListColumn("bank", "Bank account"),
        ListColumn("note", "Note and tags"),
        ListColumn("amount", "Amount", is_needed=True),
        ListColumn("account", "Account", is_needed=True),
        ListColumn("tax", "Tax line"),
        ListColumn("origin", "Who proposes it, and how sure"),
    ),
    asks=MappingProxyType(
        {"tab": Tab.TO_REVIEW.value, "q": "", "group": "", "from": "", "to": "", "payee": "", "account": ""}
    ),
    takes=MappingProxyType(
        {
            "tab": is_one_of(set(Tab)),
            "group": is_one_of(set(By)),
            "from": is_day,
            "to": is_day,
            "payee": is_number,
            "account": is_number,
        }
    ),
)
LINES = BookList(
    key="lines",
    name="Lines",
    url_name="review:lines",
    columns=(
        ListColumn("date", "Date", is_needed=True),
        ListColumn("payee", "Payee", is_needed=True),
        ListColumn("text", "Bank's text", is_usual=False),
        ListColumn("reference", "Reference", is_usual=False),
        ListColumn("bank", "Bank account"),
        ListColumn("note", "Note"),
        ListColumn("amount", "Amount", is_needed=True),
        ListColumn("account", "Account"),
        ListColumn("tax", "Tax line", is_usual=False),
        ListColumn("origin", "Who proposed it, and how sure", is_usual=False),
        ListColumn("state", "State"),
    ),
    asks=MappingProxyType({"q": ""}),
)
