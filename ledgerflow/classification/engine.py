"""What rules say of a line. Pure: values in, values out; what no rule settles goes to :mod:`ledgerflow.learning`.

Amounts are in the bank account's currency, money out negative; conditions on them are about the size, without a sign.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from ledgerflow.classification.searching import And, Condition, Look, Or
from ledgerflow.payees.cleaning import clean_payees
from ledgerflow.payees.folding import fold

#: How sure a rule that only suggests is: a person wrote it, but not for this very line.
RULE_CONFIDENCE = Decimal("0.950")
#: From here on a suggestion is called sure, and "accept the sure ones" takes it.
SURE = Decimal("0.900")
LIKELY = Decimal("0.600")

RULE, MEMORY, SHARED, MATCHED, NONE = "rule", "memory", "shared", "matched", "none"
#: The most that counts for what is never sure, however often it was right: a person looks at each. Such is what an
#: agent proposes, and what a receipt says of a seller whom the bank does not name.
MOST_UNSURE = Decimal("0.890")
REASON_LENGTH = 300
#: A bank books the other side of a transfer between own accounts at most so many days earlier or later.
TRANSFER_DELAY = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class RuleValue:
    """A rule as the engine sees it; ``account`` is code and name in one, ``needle`` what a line's text has to hold.

    ``stage`` and ``position`` count from the first; :meth:`rank` puts rules in order. A rule takes lines behind
    ``after_line`` only, where there is one. ``tax_line`` is empty where the account's own counts; ``tax_label`` says
    it in words.
    """

    id: int
    condition: Condition
    account_id: int
    account: str
    payee_id: int | None = None
    accepts: bool = False
    stage: int = 1
    position: int = 0
    needle: str = ""
    after_line: int | None = None
    tax_line: str = ""
    tax_label: str = ""

    def is_about(self, line_id: int) -> bool:
        """Whether the rule may take the line as far as its beginning goes."""
        return self.after_line is None or line_id > self.after_line

    def rank(self) -> tuple[int, int, int, int, int]:
        """Return what puts rules in order: by stage, the more specific first, then as people ordered them."""
        weight = self.condition.weight
        return self.stage, -weight.asks, -weight.letters, self.position, self.id

    @property
    def booking(self) -> str:
        """What it books to, such as ``6530 Fuel, tax line 9 Car and truck expenses``."""
        return booked_to(self.account, self.tax_label)

    def sentence(self) -> str:
        """Return the conditions in words, such as ``text contains "shell", money out``."""
        return self.condition.sentence()


def booked_to(account: str, tax_label: str) -> str:
    """Return an account in words, with the tax line where the line has one of its own."""
    return f"{account}, tax line {tax_label}" if tax_label else account


def why_first(winner: RuleValue, other: RuleValue) -> str:
    """Return why the one rule comes before the other."""
    if winner.stage != other.stage:
        return "because of when it is looked at"
    ahead, behind = winner.condition.weight, other.condition.weight
    if ahead.asks != behind.asks:
        return f"because it asks for more ({ahead.asks} against {behind.asks} conditions)"
    if ahead.letters != behind.letters:
        return "because it asks for a longer text"
    return "because it stands before it in the list"


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
    tax_line: str = ""


def shortened(words: str, *, most: int = REASON_LENGTH) -> str:
    """Return the words in ``most`` characters; where they are more, whole ones and "…"."""
    if len(words) <= most:
        return words
    whole = words[:most].rpartition(" ")[0]
    return f"{whole or words[: most - 1]}…"


def _sentence(condition: Condition, *, most: int) -> str:
    """Return the condition in words, so many of its parts as fit into ``most`` characters."""
    said = condition.sentence()
    if isinstance(condition, (And, Or)):
        more = ", …" if isinstance(condition, And) else " or …"
        count = len(condition.conditions)
        while len(said) > most and count > 1:
            count -= 1
            said = type(condition)(condition.conditions[:count]).sentence() + more
    return shortened(said, most=most)


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
    look = Look(text, bank_account_id)
    for rule in rules:
        if rule.needle in text and (answer := rule.condition.holds(look)) is not False:
            found.append(rule)
            if answer:
                break
    return tuple(found)


def first_match(
    found: Sequence[RuleValue], *, text: str, bank_account_id: int, amount: Decimal
) -> RuleValue | None:
    """Return the first of the candidates that takes the line, whose amount is known now."""
    look = Look(text, bank_account_id, amount)
    for rule in found:
        if rule.condition.holds(look):
            return rule
    return None


def suggest(*, rule: RuleValue, payee_id: int | None) -> Suggestion:
    """Return the rule's proposal."""
    opening = f"A rule says {rule.booking}: "
    said = _sentence(rule.condition, most=REASON_LENGTH - len(opening) - 1)
    return Suggestion(
        account_id=rule.account_id,
        payee_id=rule.payee_id or payee_id,
        source=RULE,
        rule_id=rule.id,
        confidence=Decimal("1.000") if rule.accepts else RULE_CONFIDENCE,
        reason=f"{opening}{said}" if said.endswith("…") else f"{opening}{said}.",
        accepts=rule.accepts,
        tax_line=rule.tax_line,
    )


def nothing(payee_id: int | None, reason: str = "") -> Suggestion:
    """Return an empty proposal with its reason."""
    if not reason:
        reason = (
            "Nobody has decided about this payee yet." if payee_id else "The bank gives no text to go by."
        )
    return Suggestion(None, payee_id, NONE, None, Decimal("0.000"), shortened(reason), accepts=False)


def confidence_word(confidence: Decimal) -> str:
    """Return ``Sure``, ``Likely`` or ``Guess``; nothing where there is no suggestion."""
    if confidence >= SURE:
        return "Sure"
    if confidence >= LIKELY:
        return "Likely"
    return "Guess" if confidence > 0 else ""
