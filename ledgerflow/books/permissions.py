"""The one place that says which role may do what; pages, commands and jobs all ask here."""

from collections.abc import Collection
from enum import StrEnum
from types import MappingProxyType

from ledgerflow.books.models import Book, Membership, Role
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.users.models import User


class Action(StrEnum):
    """What can be done in a book; the value completes the sentence "may …"."""

    VIEW = "see the book"
    IMPORT = "import statements"
    UNDO_IMPORT = "undo an import"
    REVIEW = "classify and accept lines"
    ATTACH_RECEIPTS = "attach and detach receipts"
    POST = "post entries"
    EDIT_RULES = "change rules"
    KEEP_VIEWS = "save views of lists"
    EDIT_ACCOUNTS = "change the chart of accounts and bank accounts"
    ENTER_TAX_FACTS = "enter what a tax year needs"
    ENTER_RATES = "enter exchange rates"
    ENTER_JOURNAL = "make and reverse manual journal entries"
    OVERRIDE_PROOF = "release lines of a statement that does not prove"
    RECONCILE = "reconcile bank accounts"
    REOPEN_RECONCILIATION = "reopen a finished reconciliation"
    CLOSE_PERIOD = "lock or close a period"
    POST_LOCKED = "post into a locked period"
    REOPEN_PERIOD = "reopen a closed period"
    RUN_TOOLS = "run tools that only read"
    RUN_WRITING_TOOLS = "run tools that change something elsewhere"
    SEE_TOOL_RUNS = "see what tools did and what left the machine"
    CONFIGURE_TOOLS = "set up tools for the book"
    MANAGE_BOOK = "change the book, its members and invitations"
    PURGE_BOOK = "remove the whole book"


_VIEWER = frozenset({Action.VIEW})
_BOOKKEEPER = _VIEWER | {
    Action.IMPORT,
    Action.UNDO_IMPORT,
    Action.REVIEW,
    Action.ATTACH_RECEIPTS,
    Action.POST,
    Action.EDIT_RULES,
    Action.KEEP_VIEWS,
    Action.EDIT_ACCOUNTS,
    Action.ENTER_TAX_FACTS,
    Action.ENTER_RATES,
    Action.ENTER_JOURNAL,
    Action.RECONCILE,
    Action.RUN_TOOLS,
    Action.SEE_TOOL_RUNS,
}
_REVIEWER = _BOOKKEEPER | {
    Action.OVERRIDE_PROOF,
    Action.REOPEN_RECONCILIATION,
    Action.CLOSE_PERIOD,
    Action.POST_LOCKED,
    Action.RUN_WRITING_TOOLS,
}
_OWNER = _REVIEWER | {
    Action.REOPEN_PERIOD,
    Action.CONFIGURE_TOOLS,
    Action.MANAGE_BOOK,
    Action.PURGE_BOOK,
}

ALLOWED = MappingProxyType(
    {Role.VIEWER: _VIEWER, Role.BOOKKEEPER: _BOOKKEEPER, Role.REVIEWER: _REVIEWER, Role.OWNER: _OWNER}
)


class NotAllowedError(LedgerFlowError):
    """The user's role does not allow the action."""


def role_of(*, user: User, book: Book) -> Role | None:
    """Return the user's role in the book; a firm administrator is an owner everywhere; ``None`` for a stranger."""
    if not user.is_active:
        return None
    if user.is_firm_admin:
        return Role.OWNER
    membership = Membership.objects.filter(user=user, book=book).only("role").first()
    return Role(membership.role) if membership else None


def roles_of(*, user: User, books: Collection[Book]) -> dict[int, Role]:
    """Return the user's role in each of the books where there is one, by the book's id; at most one query."""
    if not user.is_active:
        return {}
    if user.is_firm_admin:
        return {book.pk: Role.OWNER for book in books}
    memberships = Membership.objects.filter(user=user, book__in=books)
    return {book: Role(role) for book, role in memberships.values_list("book", "role")}


def may(role: Role | None, action: Action) -> bool:
    """Whether the role allows the action."""
    return role is not None and action in ALLOWED[role]


def require(*, user: User, book: Book, action: Action) -> None:
    """Refuse the action unless the user's role allows it.

    Raises:
        NotAllowedError: it does not.
    """
    role = role_of(user=user, book=book)
    if not may(role, action):
        known = f"As {role} you may not" if role else "You may not"
        raise NotAllowedError(f"{known} {action} in this book; ask an owner of the book for another role.")
