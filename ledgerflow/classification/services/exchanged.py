"""Rules into a text and out of one: for another book, or to be kept."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from ledgerflow.books.models import Book
from ledgerflow.classification.conditions import RuleConditions, conditions_of, normal
from ledgerflow.classification.errors import RuleError
from ledgerflow.classification.models import Rule
from ledgerflow.classification.rule_files import RuleText, amount_of, read, written
from ledgerflow.classification.selectors import latest_line
from ledgerflow.classification.services.rules import check_conditions
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.payees.services import PayeeNameError, checked_name, name_payees
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

    A rule that accepts comes in as one that suggests: accepting is chosen by a person in this book. One for future
    lines only begins behind the lines that this book has now.

    Raises:
        RuleError: the text cannot be read, or names an account or bank account that the book does not have.
    """
    here = _Here(book)
    said = read(content)
    new: list[tuple[RuleText, RuleConditions]] = []
    for number, as_said in enumerate(said, start=1):
        try:
            conditions = here.conditions(as_said)
            each = here.plain(as_said)
            if (plain := _plain(each, conditions)) not in here.known:
                new.append((each, conditions))
                here.known.add(plain)
        except (RuleError, PayeeNameError) as error:
            raise RuleError(f"Rule {number}: {error}") from error
    payees = name_payees(book=book, names={each.payee for each, _ in new if each.payee})
    latest = latest_line(book=book) if any(each.future for each, _ in new) else None
    last = Rule.objects.filter(book=book).aggregate(Max("position"))["position__max"] or 0
    Rule.objects.bulk_create(
        Rule(
            book=book,
            position=position,
            text=" ".join(conditions.text.split()),
            direction=conditions.direction,
            least_amount=conditions.least,
            most_amount=conditions.most,
            bank_account=conditions.bank_account,
            search=conditions.search,
            stage=Rule.Stage[each.stage.upper()],
            account=here.accounts[each.account],
            payee=payees.get(each.payee),
            tax_line=each.tax_line,
            is_active=each.active,
            after_line=latest if each.future else None,
            made_by=user,
            made_at=now,
        )
        for position, (each, conditions) in enumerate(new, start=last + 1)
    )
    return Imported(made=len(new), known=len(said) - len(new))


class _Here:
    """What a book has that rules name: three queries, whatever the rules are."""

    def __init__(self, book: Book) -> None:
        self.known = {_plain(_text_of(rule), conditions_of(rule)) for rule in _rules(book)}
        self.accounts = {account.code: account for account in Account.objects.filter(book=book)}
        taxed = {AccountType.INCOME, AccountType.EXPENSE}
        self.carried = {(each.type, each.tax_line) for each in self.accounts.values() if each.type in taxed}
        self.banks = {bank.name: bank for bank in BankAccount.objects.filter(book=book)}

    def conditions(self, said: RuleText) -> RuleConditions:
        """Return what the rule looks for.

        Raises:
            RuleError, PayeeNameError: it cannot be a rule of this book.
        """
        if said.account not in self.accounts:
            raise RuleError(f"this book has no account {said.account}.")
        if self.accounts[said.account].is_archived:
            raise RuleError(f"the account {said.account} is archived.")
        if said.bank_account and said.bank_account not in self.banks:
            raise RuleError(f"this book has no bank account “{said.bank_account}”.")
        account = self.accounts[said.account]
        if said.active and said.tax_line and (account.type, said.tax_line) not in self.carried:
            raise RuleError(f"no account of the same kind as {account} has the tax line {said.tax_line}.")
        if said.mode not in Rule.Mode.values:
            raise RuleError(f"“{said.mode}” is neither suggest nor accept.")
        if said.payee:
            checked_name(said.payee)
        if said.stage.upper() not in Rule.Stage.names:
            raise RuleError(f"“{said.stage}” is none of {', '.join(Rule.Stage.names).lower()}.")
        conditions = normal(
            RuleConditions(
                text=said.text,
                direction=said.direction,
                least=amount_of(said.least),
                most=amount_of(said.most),
                bank_account=self.banks.get(said.bank_account),
                search=said.search,
            ),
            banks=self.banks,
        )
        check_conditions(conditions=conditions, mode=said.mode)
        return conditions

    def plain(self, said: RuleText) -> RuleText:
        """Return a rule that can be one of this book without the tax line that its account has anyway."""
        is_of_account = said.tax_line == self.accounts[said.account].tax_line
        return replace(said, tax_line="") if is_of_account else said


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
        search=rule.search,
        stage=Rule.Stage(rule.stage).name.lower(),
        payee=rule.payee.name if rule.payee else "",
        tax_line=rule.tax_line,
        mode=rule.mode,
        active=rule.is_active,
        future=rule.after_line is not None,
    )


def _plain(said: RuleText, conditions: RuleConditions) -> tuple[object, ...]:
    """Return what makes a rule the same as another: when it is looked at, what it looks for and where it books."""
    return said.account, said.stage, said.payee, said.tax_line, said.future, conditions.written()
