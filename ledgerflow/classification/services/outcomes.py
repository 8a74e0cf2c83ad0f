"""What is written for a line: a suggestion, whether it is accepted, and what stands against that."""

from dataclasses import dataclass, replace

from ledgerflow.classification.engine import MATCHED, MEMORY, REASON_LENGTH, Suggestion, shortened
from ledgerflow.classification.receipt_selectors import SaidByReceipt
from ledgerflow.classification.services.answers import Said

#: Why no line of some is accepted without a person; empty where one may be.
Bar = str
_CLOSED = "closed"
_OF_CLOSED = "The books are closed on its day, so that a person decides."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is written for a line; with ``said`` it is the engine's, and logged."""

    suggestion: Suggestion
    accepts: bool
    said: Said | None = None
    is_sampled: bool = False


def matched(usual: Outcome, of_seller: Said | None, said: SaidByReceipt) -> Outcome:
    """Return the outcome for a line whose receipt names the seller, against what would be suggested without it.

    What people decided about a seller that only the receipt names goes before rules, which look at the bank's text.
    Of a seller who is no payee of the book, only the name is told. What a receipt says was read by a machine, so that a
    person always looks at it.
    """
    if of_seller is None:
        if usual.suggestion.account_id is not None:
            return usual
        reason = shortened(f"{said.sentence()} {usual.suggestion.reason}")
        return replace(usual, suggestion=replace(usual.suggestion, reason=reason))
    suggestion = of_seller.suggestion
    is_named_by_bank = usual.suggestion.payee_id == suggestion.payee_id
    if usual.suggestion.rule_id is not None:
        is_better = suggestion.source == MEMORY and not is_named_by_bank
        is_better = is_better and suggestion.account_id != usual.suggestion.account_id
    else:
        is_better = suggestion.confidence >= usual.suggestion.confidence
    if not is_better:
        return usual
    is_known = suggestion.account_id is not None or usual.suggestion.payee_id is None
    kept = suggestion if is_known else usual.suggestion
    reason = shortened(f"{said.sentence()} {kept.reason}")
    source = MATCHED if kept.account_id else kept.source
    named = replace(kept, source=source, reason=reason)
    if is_named_by_bank:
        return replace(usual, suggestion=named, accepts=False)
    return Outcome(named, accepts=False, said=of_seller)


def barred(outcome: Outcome, bar: Bar) -> Outcome:
    """Return the outcome that a person is asked about where a bar stands; of a closed day, which nothing shows, why."""
    if not bar or not outcome.accepts:
        return outcome
    suggestion = outcome.suggestion
    if bar == _CLOSED:
        reason = f"{shortened(suggestion.reason, most=REASON_LENGTH - len(_OF_CLOSED) - 1)} {_OF_CLOSED}"
        suggestion = replace(suggestion, reason=reason)
    return replace(outcome, suggestion=suggestion, accepts=False)
