"""Making, changing and trying rules."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Min

from ledgerflow.books.models import Book
from ledgerflow.classification.conditions import RuleConditions, banks_of, normal
from ledgerflow.classification.engine import folded, payee_text, searched
from ledgerflow.classification.errors import RuleError, UnknownLineError
from ledgerflow.classification.models import Classification, DecisionChange, RefusedOffer, Rule
from ledgerflow.classification.rule_files import LONGEST_TEXT
from ledgerflow.classification.searching import Look, Money, parts
from ledgerflow.classification.selectors import latest_line, rule_values
from ledgerflow.classification.services.corrections import let_accept_again
from ledgerflow.classification.services.decide import check_tax_lines
from ledgerflow.classification.services.refit import suggest_anew
from ledgerflow.ledger.models import Account
from ledgerflow.payees.cleaning import clean_payee
from ledgerflow.payees.models import Payee
from ledgerflow.payees.services import known_payees
from ledgerflow.statements.models import BankAccount, StatementLine
from ledgerflow.users.models import User

#: What a rule's search may be long, as its column says.
LONGEST_SEARCH = 500
#: So many times "No" for a payee stop asking.
MOST_OFFERS = 3


@dataclass(frozen=True, slots=True)
class MadeRule:
    """A rule made from a decision, and how many open lines it changed, or nothing where a job looks at them."""

    rule: Rule
    applied: int | None


@transaction.atomic
def create_rule(
    *,
    book: Book,
    conditions: RuleConditions,
    account: Account,
    user: User,
    now: datetime,
    payee: Payee | None = None,
    tax_line: str = "",
    mode: str = Rule.Mode.SUGGEST,
    stage: int = Rule.Stage.USUAL,
    is_first: bool = False,
    is_undoable: bool = False,
    is_future: bool = False,
) -> Rule:
    """Add a rule behind those of its stage that are as specific, or in front of them with ``is_first``.

    ``tax_line`` is one of the lines' own beside the account. Undo switches off a rule that ``is_undoable``. One that
    ``is_future`` is never about a line that the book has already, whatever is suggested anew later.

    Raises:
        RuleError: it has no condition, an impossible range, or names something that is not of the book.
        SearchError: its search is none.
        OwnTaxLineError: no account of the same kind in the book has the tax line.
    """
    ends = Rule.objects.filter(book=book).aggregate(least=Min("position"), most=Max("position"))
    position = 1 if ends["most"] is None else ends["least"] - 1 if is_first else ends["most"] + 1
    rule = Rule(book=book, position=position, made_by=user, made_at=now)
    rule.after_line = latest_line(book=book) if is_future else None
    _save(
        rule, conditions=conditions, account=account, payee=payee, tax_line=tax_line, mode=mode, stage=stage
    )
    if is_undoable:
        DecisionChange.objects.create(
            book=book, act=DecisionChange.Act.RULE, rule=rule, made_by=user, made_at=now
        )
    return rule


@transaction.atomic
def update_rule(
    *,
    book: Book,
    rule_id: int,
    conditions: RuleConditions,
    account: Account,
    payee: Payee | None = None,
    tax_line: str = "",
    mode: str = Rule.Mode.SUGGEST,
    stage: int = Rule.Stage.USUAL,
) -> Rule:
    """Change what the rule looks for and does; what it accepted before stays accepted.

    Raises:
        RuleError: as :func:`create_rule`, or the book has no such rule.
    """
    rule = _locked(book, rule_id)
    return _save(
        rule, conditions=conditions, account=account, payee=payee, tax_line=tax_line, mode=mode, stage=stage
    )


@transaction.atomic
def move_rule(*, book: Book, rule_id: int, before_id: int | None) -> None:
    """Let the rule stand right before another one, or last where ``before_id`` is ``None``.

    It comes before those of its stage that are as specific; a more specific one wins wherever it stands.

    Raises:
        RuleError: the book has no such rule.
    """
    rules = list(Rule.objects.select_for_update().filter(book=book).order_by("position", "pk"))
    by_id = {rule.pk: rule for rule in rules}
    if rule_id not in by_id or (before_id is not None and before_id not in by_id):
        raise RuleError("This book has no such rule.")
    if rule_id == before_id:
        return
    rules.remove(by_id[rule_id])
    rules.insert(len(rules) if before_id is None else rules.index(by_id[before_id]), by_id[rule_id])
    for position, rule in enumerate(rules, start=1):
        rule.position = position
    Rule.objects.bulk_update(rules, ["position"])


@transaction.atomic
def set_rule_active(*, book: Book, rule_id: int, is_active: bool) -> Rule:
    """Switch the rule on or off; it is never deleted, because lines say that it was the reason.

    Raises:
        RuleError: the book has no such rule.
        OwnTaxLineError: it is switched on, and no account carries its tax line any more.
    """
    rule = _locked(book, rule_id)
    if is_active:
        check_tax_lines(book=book, given=[(rule.account, rule.tax_line)])
    rule.is_active = is_active
    rule.save(update_fields=["is_active"])
    return rule


def conditions_from_line(*, book: Book, line_id: int) -> RuleConditions:
    """Return what "always book this payee so" looks for: the name in the text, and money in the same direction.

    Raises:
        UnknownLineError: the book has no such line.
        RuleError: the bank gave no text to look for.
    """
    made = Classification.objects.select_related("line").filter(book=book, line_id=line_id).first()
    if made is None:
        raise UnknownLineError("This book has no such line.")
    raw = payee_text(description=made.line.description, counterparty=made.line.counterparty)
    if not folded(raw):
        raise RuleError("The bank gave no text for this line that a rule could look for.")
    direction = Rule.Direction.IN if made.line.amount > 0 else Rule.Direction.OUT
    return RuleConditions(text=folded(clean_payee(raw)), direction=direction)


def payee_for_rule(*, book: Book, made: Classification) -> Payee | None:
    """Return the line's payee where the bank's text names him, so that a rule about the text may, too; one query.

    Whom only the line's receipt names is another one in the next line of that text, as with what is paid by PayPal.
    """
    if made.payee is None:
        return None
    text = payee_text(description=made.line.description, counterparty=made.line.counterparty)
    return made.payee if known_payees(book=book, texts=[text]).get(text) == made.payee.pk else None


def stage_offered(*, book: Book, line_id: int, conditions: RuleConditions) -> int:
    """Return when the rule offered after a correction has to be looked at, so that the line's next like gets it.

    With the others, unless one of these would take the line all the same, being more specific or looked at earlier.

    Raises:
        UnknownLineError: the book has no such line.
    """
    line = StatementLine.objects.filter(book=book, pk=line_id).first()
    if line is None:
        raise UnknownLineError("This book has no such line.")
    look = Look(searched(line.description, line.counterparty), line.bank_account_id, line.amount)
    weight = conditions.condition().weight
    ours = (Rule.Stage.USUAL, -weight.asks, -weight.letters)
    is_beaten = any(rule.rank()[:3] < ours and rule.condition.holds(look) for rule in rule_values(book=book))
    return Rule.Stage.FIRST if is_beaten else Rule.Stage.USUAL


@transaction.atomic
def rule_from_decision(
    *,
    book: Book,
    line_id: int,
    user: User,
    now: datetime,
    mode: str = Rule.Mode.SUGGEST,
    apply_to_open: bool = True,
) -> MadeRule:
    """Make the rule "always book this payee so" from a decided line; it stands first, being the newest correction.

    It names the payee where the bank's text does. Where it is not to ``apply_to_open`` lines, it is about future ones
    only, for good. Undoing it switches the rule off. In a book with many open lines a job suggests anew for them.

    Raises:
        UnknownLineError: the book has no such line.
        RuleError: the line has no single account, or no text.
    """
    conditions = conditions_from_line(book=book, line_id=line_id)
    lines = Classification.objects.select_related("account", "payee", "line")
    made = lines.get(book=book, line_id=line_id)
    if made.account is None:
        raise RuleError("This line has no single account that a rule could book to.")
    rule = create_rule(
        book=book,
        conditions=conditions,
        account=made.account,
        payee=payee_for_rule(book=book, made=made),
        tax_line=made.tax_line,
        user=user,
        now=now,
        mode=mode,
        stage=stage_offered(book=book, line_id=line_id, conditions=conditions),
        is_first=True,
        is_undoable=True,
        is_future=not apply_to_open,
    )
    applied = suggest_anew(book=book, matching=conditions) if apply_to_open else 0
    return MadeRule(rule=rule, applied=applied)


@transaction.atomic
def refuse_offer(*, book: Book, line_id: int) -> None:
    """Count that nobody wanted the rule that a line's payee was offered; after the third time it is not offered again.

    Raises:
        UnknownLineError: the book has no such line.
    """
    made = Classification.objects.filter(book=book, line_id=line_id).first()
    if made is None:
        raise UnknownLineError("This book has no such line.")
    if made.payee_id is not None:
        refused, _ = RefusedOffer.objects.select_for_update().get_or_create(book=book, payee_id=made.payee_id)
        refused.times = min(refused.times + 1, MOST_OFFERS)
        refused.save(update_fields=["times"])


def is_offered(*, book: Book, payee_id: int | None) -> bool:
    """Whether a rule is still offered after a correction of the payee; one query."""
    if payee_id is None:
        return True
    return not RefusedOffer.objects.filter(book=book, payee_id=payee_id, times__gte=MOST_OFFERS).exists()


def _locked(book: Book, rule_id: int) -> Rule:
    rule = Rule.objects.select_for_update().filter(book=book, pk=rule_id).first()
    if rule is None:
        raise RuleError("This book has no such rule.")
    return rule


def _save(
    rule: Rule,
    *,
    conditions: RuleConditions,
    account: Account,
    payee: Payee | None,
    tax_line: str,
    mode: str,
    stage: int,
) -> Rule:
    conditions = normal(conditions, banks=banks_of(rule.book) if conditions.search else {})
    check_rule(
        book=rule.book,
        conditions=conditions,
        account=account,
        payee=payee,
        tax_line=tax_line,
        mode=mode,
        stage=stage,
    )
    if mode == Rule.Mode.ACCEPT and rule.mode != mode:
        let_accept_again(rule)
    rule.fell_back_at = None  # what it does from now on a person said
    rule.text, rule.direction = " ".join(conditions.text.split()), conditions.direction
    rule.least_amount, rule.most_amount = conditions.least, conditions.most
    rule.search, rule.stage = conditions.search, stage
    rule.tax_line = "" if tax_line == account.tax_line else tax_line
    rule.bank_account, rule.account, rule.payee, rule.mode = conditions.bank_account, account, payee, mode
    rule.save()
    return rule


def check_rule(
    *,
    book: Book,
    conditions: RuleConditions,
    account: Account,
    payee: Payee | None = None,
    tax_line: str = "",
    mode: str = Rule.Mode.SUGGEST,
    stage: int = Rule.Stage.USUAL,
) -> None:
    """Do nothing where the rule could be made so.

    Raises:
        RuleError, OwnTaxLineError: as :func:`create_rule`.
    """
    check_conditions(conditions=conditions, mode=mode)
    if stage not in Rule.Stage.values:
        raise RuleError("A rule is looked at before the others, with them, or where no other matches.")
    if not Account.objects.filter(book=book, pk=account.pk, is_archived=False).exists():
        raise RuleError("This book has no such account, or it is archived.")
    check_tax_lines(book=book, given=[(account, tax_line)])
    if payee is not None and payee.book_id != book.pk:
        raise RuleError("This book has no such payee.")
    if (
        conditions.bank_account is not None
        and not BankAccount.objects.filter(book=book, pk=conditions.bank_account.pk).exists()
    ):
        raise RuleError("This book has no such bank account.")


def check_conditions(*, conditions: RuleConditions, mode: str) -> None:
    """Do nothing where a rule of any book could look for that; without a query.

    Raises:
        RuleError: it has no condition, or an impossible range, direction or mode.
        SearchError: its search is none.
    """
    least, most = conditions.least, conditions.most
    if conditions.direction not in Rule.Direction.values or mode not in Rule.Mode.values:
        raise RuleError("A rule is about money in, out or both, and suggests or accepts.")
    if any(amount is not None and amount < 0 for amount in (least, most)):
        raise RuleError("A rule's amounts are sizes, without a sign; choose money in or out beside them.")
    if least is not None and most is not None and least > most:
        raise RuleError("The least amount is above the most.")
    if len(conditions.text) > LONGEST_TEXT:
        raise RuleError(f"A rule's text has at most {LONGEST_TEXT} characters.")
    if len(conditions.search) > LONGEST_SEARCH:
        raise RuleError(f"The search has more than {LONGEST_SEARCH} characters; make several rules of it.")
    if all(isinstance(each, Money) for each in parts(conditions.condition())):
        raise RuleError("A rule needs a condition: a text, an amount or a bank account.")
