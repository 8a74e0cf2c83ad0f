"""Rules into a text and out of one: for another book, or to be kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.errors import RuleError
from ledgerflow.classification.models import Rule
from ledgerflow.classification.rule_files import LONGEST_TEXT, RuleText, amount_of, read, written
from ledgerflow.classification.selectors import RuleConditions
from ledgerflow.classification.services.rules import create_rule, set_rule_active
from ledgerflow.ledger.models import Account
from ledgerflow.payees.services import name_payee
from ledgerflow.statements.models import BankAccount
from ledgerflow.users.models import User


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rules came in, and how many were here already."""

    made: int
    known: int


def export_rules(*, book: Book) -> str:
    """Return every rule of the book, in order, as YAML; one query."""
    rules = Rule.objects.filter(book=book).select_related("account", "payee", "bank_account")
    return written([_text_of(rule) for rule in rules.order_by("position", "pk")])


@transaction.atomic
def import_rules(*, book: Book, content: bytes, user: User, now: datetime) -> Imported:
    """Add the rules of a YAML text behind the others, all or none; those that are here already are left out.

    A rule that accepts comes in as one that suggests: accepting is chosen by a person in this book.

    Raises:
        RuleError: the text cannot be read, or names an account or bank account that the book does not have.
    """
    known = {_plain(_text_of(rule)) for rule in _rules(book)}
    accounts = {account.code: account for account in Account.objects.filter(book=book)}
    banks = {bank.name: bank for bank in BankAccount.objects.filter(book=book)}
    said = read(content)
    made = 0
    for number, each in enumerate(said, start=1):
        if _plain(each) in known:
            continue
        known.add(_plain(each))
        try:
            _make(book=book, said=each, accounts=accounts, banks=banks, user=user, now=now)
        except RuleError as error:
            raise RuleError(f"Rule {number}: {error}") from error
        made += 1
    return Imported(made=made, known=len(said) - made)


def _make(
    *,
    book: Book,
    said: RuleText,
    accounts: Mapping[str, Account],
    banks: Mapping[str, BankAccount],
    user: User,
    now: datetime,
) -> None:
    if said.account not in accounts:
        raise RuleError(f"this book has no account {said.account}.")
    if said.bank_account and said.bank_account not in banks:
        raise RuleError(f"this book has no bank account “{said.bank_account}”.")
    if said.mode not in Rule.Mode.values:
        raise RuleError(f"“{said.mode}” is neither suggest nor accept.")
    if len(said.text) > LONGEST_TEXT:
        raise RuleError(f"its text has more than {LONGEST_TEXT} characters.")
    rule = create_rule(
        book=book,
        conditions=RuleConditions(
            text=said.text,
            direction=said.direction,
            least=amount_of(said.least),
            most=amount_of(said.most),
            bank_account=banks.get(said.bank_account),
        ),
        account=accounts[said.account],
        payee=name_payee(book=book, name=said.payee) if said.payee else None,
        user=user,
        now=now,
    )
    if not said.active:
        set_rule_active(book=book, rule_id=rule.pk, is_active=False)


def _rules(book: Book) -> list[Rule]:
    return list(Rule.objects.filter(book=book).select_related("account", "payee", "bank_account"))


def _text_of(rule: Rule) -> RuleText:
    return RuleText(
        account=rule.account.code,
        text=rule.text,
        direction=rule.direction,
        least="" if rule.least_amount is None else f"{rule.least_amount.normalize():f}",
        most="" if rule.most_amount is None else f"{rule.most_amount.normalize():f}",
        bank_account=rule.bank_account.name if rule.bank_account else "",
        payee=rule.payee.name if rule.payee else "",
        mode=rule.mode,
        active=rule.is_active,
    )


def _plain(said: RuleText) -> tuple[object, ...]:
    """Return what makes a rule the same as another: what it looks for and where it books."""
    least, most = amount_of(said.least), amount_of(said.most)
    text = " ".join(said.text.split())
    return said.account, text, said.direction, least, most, said.bank_account, said.payee
