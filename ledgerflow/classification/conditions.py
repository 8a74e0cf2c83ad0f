"""What a rule looks for: what the fields of its form say, and what is left of a search that no field can say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import folded
from ledgerflow.classification.errors import RuleError
from ledgerflow.classification.models import Rule
from ledgerflow.classification.search_text import parsed
from ledgerflow.classification.searching import (
    Amount,
    And,
    Bank,
    Condition,
    Money,
    Not,
    Or,
    Text,
    both,
    parts,
)
from ledgerflow.statements.models import BankAccount


@dataclass(frozen=True, slots=True)
class RuleConditions:
    """What a rule looks for; amounts are sizes without a sign, in the bank account's currency.

    ``search`` says in the search syntax what the other fields cannot; a line has to meet it as well. As
    :func:`normal` returns it, it says nothing that a field says.
    """

    text: str = ""
    direction: str = Rule.Direction.ANY
    least: Decimal | None = None
    most: Decimal | None = None
    bank_account: BankAccount | None = None
    search: str = ""

    def condition(self) -> Condition:
        """Return all of it as one condition.

        Raises:
            SearchError: the search is none.
        """
        return both(*_fields(self), parsed(self.search, banks={}))

    def written(self) -> str:
        """Return all of it in the search syntax."""
        return self.condition().written()


def conditions_of(rule: Rule) -> RuleConditions:
    """Return what the rule looks for."""
    return RuleConditions(
        text=rule.text,
        direction=rule.direction,
        least=rule.least_amount,
        most=rule.most_amount,
        bank_account=rule.bank_account,
        search=rule.search,
    )


def banks_of(book: Book) -> dict[str, BankAccount]:
    """Return the bank accounts that a search may name; one query."""
    return {bank.name: bank for bank in BankAccount.objects.filter(book=book)}


def normal(conditions: RuleConditions, *, banks: Mapping[str, BankAccount]) -> RuleConditions:
    """Let the fields say what they can, so that there is one way to say it.

    Raises:
        SearchError: the search is none.
        RuleError: it names a bank account where no field can say it, so that renaming it would change the rule.
    """
    if not conditions.search.strip():
        return replace(conditions, search="")
    made = replace(conditions, search="")
    rest: list[Condition] = []
    for each in parts(parsed(conditions.search, banks={name: bank.pk for name, bank in banks.items()})):
        if each in _fields(made):
            continue
        said = _said_by_field(each, made, banks)
        if said is not None:
            made = said
        elif _names_bank([each]):
            raise RuleError(
                "A rule is about one bank account or about all: not about “or” and “not” of them."
            )
        else:
            rest.append(each)
    return replace(made, search=both(*rest).written() if rest else "")


def _said_by_field(
    condition: Condition, made: RuleConditions, banks: Mapping[str, BankAccount]
) -> RuleConditions | None:
    """Return the conditions with this one in a field that says nothing yet, if there is such a one."""
    said: dict[str, Any] = {}
    match condition:
        case Text(words) if not folded(made.text):
            said = {"text": words}
        case Money(direction) if made.direction == Rule.Direction.ANY:
            said = {"direction": direction}
        case Amount("=", size) if made.least is None and made.most is None:
            said = {"least": size, "most": size}
        case Amount(">=", size) if made.least is None:
            said = {"least": size}
        case Amount("<=", size) if made.most is None:
            said = {"most": size}
        case Bank(_, name) if made.bank_account is None:
            said = {"bank_account": banks[name]}
    return replace(made, **said) if said else None


def _fields(conditions: RuleConditions) -> list[Condition]:
    text, least, most = folded(conditions.text), conditions.least, conditions.most
    found: list[Condition] = [Text(text)] if text else []
    if conditions.direction != Rule.Direction.ANY:
        found.append(Money(conditions.direction))
    if least is not None and least == most:
        found.append(Amount("=", least))
    else:
        found += [Amount(">=", least)] if least is not None else []
        found += [Amount("<=", most)] if most is not None else []
    if conditions.bank_account is not None:
        found.append(Bank(conditions.bank_account.pk, conditions.bank_account.name))
    return found


def _names_bank(conditions: Iterable[Condition]) -> bool:
    for each in conditions:
        if isinstance(each, Bank) or (isinstance(each, Not) and _names_bank([each.condition])):
            return True
        if isinstance(each, (And, Or)) and _names_bank(each.conditions):
            return True
    return False
