"""What rules say of a line. Pure: values in, values out; what no rule settles goes to :mod:`ledgerflow.learning`.

Amounts are in the bank account's currency, money out negative; a rule's range is about the size, without the sign.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from ledgerflow.payees.cleaning import clean_payees
from ledgerflow.payees.folding import fold

#: How sure a rule that only suggests is: a person wrote it, but not for this very line.
RULE_CONFIDENCE = Decimal("0.950")
#: From here on a suggestion is called sure, and "accept the sure ones" takes it.
SURE = Decimal("0.900")
LIKELY = Decimal("0.600")

ANY, IN, OUT = "any", "in", "out"
RULE, NONE = "rule", "none"
#: The most that a proposal of an agent counts for, however often it was right: a person looks at each.
MOST_OF_AGENT = Decimal("0.890")
REASON_LENGTH = 300
#: A bank books the other side of a transfer between own accounts at most so many days earlier or later.
TRANSFER_DELAY = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class RuleValue:
    """A rule as the engine sees it. ``text`` is what :func:`folded` returns; ``account`` is code and name in one."""

    id: int
    text: str
    direction: str
    least: Decimal | None
    most: Decimal | None
    bank_account_id: int | None
    account_id: int
    account: str
    payee_id: int | None
    accepts: bool

    @property
    def is_about_text_only(self) -> bool:
        """Whether no amount can keep the rule from matching."""
        return self.direction == ANY and self.least is None and self.most is None

    def takes_amount(self, amount: Decimal) -> bool:
        """Whether direction and range allow the amount."""
        if (self.direction == IN and amount <= 0) or (self.direction == OUT and amount >= 0):
            return False
        size = abs(amount)
        return (self.least is None or size >= self.least) and (self.most is None or size <= self.most)

    def sentence(self) -> str:
        """Return the conditions in words, such as ``text contains "shell", money out``."""
        parts = [f'text contains "{self.text}"'] if self.text else []
        if self.direction != ANY:
            parts.append(f"money {self.direction}")
        if self.least is not None:
            parts.append(f"at least {self.least.normalize():f}")
        if self.most is not None:
            parts.append(f"at most {self.most.normalize():f}")
        if self.bank_account_id is not None:
            parts.append("this bank account")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposal for one line with its reason in words; ``accepts`` only where a rule says "without me"."""

    account_id: int | None
    payee_id: int | None
    source: str
    rule_id: int | None
    confidence: Decimal
    reason: str
    accepts: bool


def folded(*texts: str | None) -> str:
    """Return the texts as rules compare them: without case, accents and doubled spaces."""
    return " ".join(" ".join(fold(text) for text in texts if text).split())


def payee_text(description: str, counterparty: str | None) -> str:
    """Return the text that names the payee: the counterparty where the bank states one, else the description."""
    return counterparty if counterparty and counterparty.strip() else description


def searched(description: str, counterparty: str | None) -> str:
    """Return what rules search: the folded text of the bank and, on a line of its own, the payee's name out of it.

    References stand in the middle of what banks write, and short forms in place of names; the name has neither.
    """
    raw = payee_text(description, counterparty)
    return f"{folded(description, counterparty)}\n{folded(clean_payees([raw])[raw])}"


def candidates(rules: Iterable[RuleValue], *, text: str, bank_account_id: int) -> tuple[RuleValue, ...]:
    """Return the rules that the :func:`searched` text and the bank account satisfy, up to one for every amount."""
    found = []
    for rule in rules:
        if rule.text in text and rule.bank_account_id in (None, bank_account_id):
            found.append(rule)
            if rule.is_about_text_only:
                break
    return tuple(found)


def first_match(found: Sequence[RuleValue], amount: Decimal) -> RuleValue | None:
    """Return the first of the candidates that takes the amount."""
    for rule in found:
        if rule.is_about_text_only or rule.takes_amount(amount):
            return rule
    return None


def suggest(*, rule: RuleValue, payee_id: int | None) -> Suggestion:
    """Return the rule's proposal."""
    return Suggestion(
        account_id=rule.account_id,
        payee_id=rule.payee_id or payee_id,
        source=RULE,
        rule_id=rule.id,
        confidence=Decimal("1.000") if rule.accepts else RULE_CONFIDENCE,
        reason=f"A rule says {rule.account}: {rule.sentence()}."[:REASON_LENGTH],
        accepts=rule.accepts,
    )


def nothing(payee_id: int | None, reason: str = "") -> Suggestion:
    """Return an empty proposal with its reason."""
    if not reason:
        reason = (
            "Nobody has decided about this payee yet." if payee_id else "The bank gives no text to go by."
        )
    return Suggestion(None, payee_id, NONE, None, Decimal("0.000"), reason[:REASON_LENGTH], accepts=False)


def confidence_word(confidence: Decimal) -> str:
    """Return ``Sure``, ``Likely`` or ``Guess``; nothing where there is no suggestion."""
    if confidence >= SURE:
        return "Sure"
    if confidence >= LIKELY:
        return "Likely"
    return "Guess" if confidence > 0 else ""
