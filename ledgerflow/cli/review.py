"""``ledgerflow review``: accept what is suggested."""

import argparse
from collections import Counter

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.books.scope import book_scope
from ledgerflow.cli import output
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.models import Account, AccountRole
from ledgerflow.posting.services import confirm_sure_transfers
from ledgerflow.review import services

HELP = "accept suggestions: review --book SLUG accept --confident | --all [--account CODE] | --transfers"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to accept."""
    add_book_arguments(parser)
    parser.add_argument("what", choices=["accept"])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--confident", action="store_true", help="suggestions above the book's threshold")
    which.add_argument(
        "--all", action="store_true", help="everything; lines without a suggestion go to --account"
    )
    which.add_argument(
        "--transfers",
        action="store_true",
        help="transfers between own accounts that leave no choice; posts them",
    )
    parser.add_argument(
        "--account", metavar="CODE", help="for lines without a suggestion (default: the suspense account)"
    )
    parser.add_argument("--dry-run", action="store_true", help="count only")
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Accept, and print how many lines were and why others were not."""
    user = acting_user(options.user)
    action = Action.POST if options.transfers else Action.REVIEW
    book = open_book(options.book, user=user, action=action)
    now = timezone.now()
    with book_scope(book, user):
        if options.transfers:
            made = confirm_sure_transfers(book=book, user=user, now=now, dry_run=options.dry_run)
            verb = "would be posted" if options.dry_run else "posted"
            output.print_rows([{"transfers": len(made), "outcome": verb}], options.format)
            return 0
        if options.confident:
            accepted = services.accept_confident(book=book, user=user, now=now, dry_run=options.dry_run)
        else:
            account = _account(book, options.account)
            accepted = services.accept_everything(
                book=book, user=user, now=now, account_for_rest=account, dry_run=options.dry_run
            )
    rows = [{"lines": accepted.count, "outcome": "would be accepted" if options.dry_run else "accepted"}]
    reasons = Counter(reason for _, reason in accepted.refused)
    rows += [{"lines": count, "outcome": f"left: {reason}"} for reason, count in sorted(reasons.items())]
    output.print_rows(rows, options.format)
    return 0


def _account(book: Book, code: str | None) -> Account:
    chosen = Account.objects.filter(
        book=book, **({"code": code} if code else {"role": AccountRole.SUSPENSE})
    ).first()
    if chosen is None:
        raise LedgerFlowError(f"The book {book.slug} has no account {code or 'for suspense'}.")
    return chosen
