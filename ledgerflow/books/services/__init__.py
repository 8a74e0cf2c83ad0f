"""Books, their members and invitations."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.text import slugify

from ledgerflow.books.models import Book, FourEyes, Invitation, Membership, Role
from ledgerflow.books.permissions import ALLOWED, Action, require
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.users.models import User
from ledgerflow.users.services import create_user

#: How long an invitation may be accepted.
INVITATION_VALID_FOR = timedelta(days=7)

_SLUG_LENGTH = 60
#: How many random letters follow a slug that is taken; who names a book learns nothing of the others.
_SUFFIX_LENGTH = 6


class BookError(LedgerFlowError):
    """A book, its members or its invitations cannot be changed so."""


class LastOwnerError(BookError):
    """A book needs an owner; make another member owner first."""

    def __init__(self) -> None:
        super().__init__("A book needs an owner; make another member owner first.")


class AlreadyMemberError(BookError):
    """The person is a member already."""


class FourEyesError(BookError):
    """Four eyes cannot be switched so."""


class InvitationError(BookError):
    """The invitation was used, has expired, or is for someone else."""


@transaction.atomic
def create_book(
    *,
    name: str,
    base_currency: str,
    chart: str,
    owner: User,
    now: datetime,
    fiscal_year_start_month: int = 1,
    slug: str | None = None,
    is_demo: bool = False,
) -> Book:
    """Create a book without accounts, owned by ``owner``; :mod:`ledgerflow.ledger` opens its ledger.

    ``base_currency`` is an ISO 4217 code. Without a ``slug`` one is made from the name.

    Raises:
        ValidationError: a value is malformed or the slug is taken.
    """
    book = Book(
        slug=slug or _free_slug(name),
        name=name,
        base_currency=base_currency,
        chart=chart,
        fiscal_year_start_month=fiscal_year_start_month,
        is_demo=is_demo,
        created_at=now,
    )
    book.full_clean()
    book.save()
    Membership.objects.create(book=book, user=owner, role=Role.OWNER, since=now)
    return book


@transaction.atomic
def change_book(*, book: Book, name: str, fiscal_year_start_month: int, looks_first: bool) -> Book:
    """Change the name, the first month of the fiscal year, and whether files are shown before they are imported.

    The currency stays for ever. Files that are in the inbox already are not concerned.

    Raises:
        ValidationError: a value is malformed.
    """
    book.name = name
    book.fiscal_year_start_month = fiscal_year_start_month
    book.looks_first = looks_first
    book.full_clean()
    book.save(update_fields=["name", "fiscal_year_start_month", "looks_first"])
    return book


@transaction.atomic
def add_member(*, book: Book, user: User, role: Role, now: datetime) -> Membership:
    """Make the user a member of the book.

    Raises:
        AlreadyMemberError: the user is one.
    """
    membership, is_new = Membership.objects.get_or_create(
        book=book, user=user, defaults={"role": role, "since": now}
    )
    if not is_new:
        raise AlreadyMemberError(f"{user} is already a member of {book}, as {membership.role}.")
    return membership


@transaction.atomic
def change_role(*, membership: Membership, role: Role) -> Membership:
    """Give a member another role.

    Raises:
        LastOwnerError: the book would have no owner.
    """
    locked = _locked(membership)
    if role != Role.OWNER:
        _refuse_last_owner(locked)
    locked.role = role
    locked.save(update_fields=["role"])
    return locked


@transaction.atomic
def remove_member(*, membership: Membership) -> None:
    """Take a member out of the book; what they did there stays theirs.

    Raises:
        LastOwnerError: the book would have no owner.
    """
    locked = _locked(membership)
    _refuse_last_owner(locked)
    locked.delete()


@transaction.atomic
def switch_four_eyes_on(*, book: Book, user: User, now: datetime) -> FourEyes:
    """From now on let nobody post a bank line that they prepared.

    Raises:
        FourEyesError: it is on already, or fewer than two people may post.
        NotAllowedError: the user does not manage the book.
    """
    require(user=user, book=book, action=Action.MANAGE_BOOK)
    Book.objects.select_for_update().get(pk=book.pk)  # two people who switch it on at once
    if FourEyes.objects.filter(book=book, switched_off_at__isnull=True).exists():
        raise FourEyesError("Four eyes are on already.")
    if len(_who_may_post(book)) < 2:
        raise FourEyesError("Four eyes need two people who may post. Invite another one first.")
    return FourEyes.objects.create(book=book, switched_on_by=user, switched_on_at=now)


@transaction.atomic
def switch_four_eyes_off(*, book: Book, user: User, now: datetime) -> FourEyes:
    """From now on let people post what they prepared.

    Raises:
        FourEyesError: it is off.
        NotAllowedError: the user does not manage the book.
    """
    require(user=user, book=book, action=Action.MANAGE_BOOK)
    asked = FourEyes.objects.select_for_update().filter(book=book, switched_off_at__isnull=True).first()
    if asked is None:
        raise FourEyesError("Four eyes are off already.")
    asked.switched_off_by, asked.switched_off_at = user, now
    asked.save(update_fields=["switched_off_by", "switched_off_at"])
    return asked


@transaction.atomic
def invite(*, book: Book, email: str, role: Role, invited_by: User, now: datetime) -> str:
    """Invite a person to the book and return the token of the link; an older open invitation of theirs ends.

    Raises:
        AlreadyMemberError: the person is a member.
    """
    if book.memberships.filter(user__email__iexact=email).exists():
        raise AlreadyMemberError(f"{email} is already a member of {book}.")
    book.invitations.filter(email__iexact=email, accepted_at=None, expires_at__gt=now).update(expires_at=now)
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        book=book,
        email=email,
        role=role,
        token_sha256=hashlib.sha256(token.encode()).hexdigest(),
        invited_by=invited_by,
        invited_at=now,
        expires_at=now + INVITATION_VALID_FOR,
    )
    return token


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, now: datetime) -> None:
    """End an open invitation.

    Raises:
        InvitationError: it is not open.
    """
    _locked_invitation(invitation, now=now)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=now)


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User, now: datetime) -> Membership:
    """Let a signed-in user take up an invitation; the link is the right, whatever address it was sent to.

    Raises:
        InvitationError: it was used or has expired.
        AlreadyMemberError: the user is a member of the book.
    """
    locked = _locked_invitation(invitation, now=now)
    membership = add_member(book=locked.book, user=user, role=Role(locked.role), now=now)
    locked.accepted_at = now
    locked.accepted_by = user
    locked.save(update_fields=["accepted_at", "accepted_by"])
    return membership


@transaction.atomic
def join_by_invitation(*, invitation: Invitation, name: str, password: str, now: datetime) -> User:
    """Create the user an invitation is addressed to and let them take it up.

    Raises:
        InvitationError: it was used or has expired.
        AddressTakenError: someone signs in with the address already; they accept it signed in.
        ValidationError: the password is too weak.
    """
    locked = _locked_invitation(invitation, now=now)
    user = create_user(email=locked.email, name=name, password=password, now=now)
    accept_invitation(invitation=locked, user=user, now=now)
    return user


def _locked(membership: Membership) -> Membership:
    # The book's row is locked, so that two owners cannot remove each other at the same moment.
    Book.objects.select_for_update().get(pk=membership.book_id)
    return Membership.objects.select_for_update().get(pk=membership.pk)


def _refuse_last_owner(membership: Membership) -> None:
    others = Membership.objects.filter(book=membership.book_id, role=Role.OWNER).exclude(pk=membership.pk)
    if membership.role == Role.OWNER and not others.exists():
        raise LastOwnerError


def _locked_invitation(invitation: Invitation, *, now: datetime) -> Invitation:
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("book").get(pk=invitation.pk)
    if not locked.is_open(now=now):
        raise InvitationError("This invitation was used or has expired; ask for a new one.")
    return locked


def _free_slug(name: str) -> str:
    base = slugify(name)[:_SLUG_LENGTH] or "book"
    if not Book.objects.filter(slug=base).exists():
        return base
    suffix = "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(_SUFFIX_LENGTH))
    return f"{base[: _SLUG_LENGTH - _SUFFIX_LENGTH - 1]}-{suffix}"


def _who_may_post(book: Book) -> set[int]:
    roles = [role for role, actions in ALLOWED.items() if Action.POST in actions]
    members = book.memberships.filter(role__in=roles, user__is_active=True)
    administrators = User.objects.filter(is_active=True, is_firm_admin=True)
    return {*members.values_list("user_id", flat=True), *administrators.values_list("pk", flat=True)}
