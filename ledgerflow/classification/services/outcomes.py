"""What is written for a line: a suggestion, whether it is accepted, and what stands against that."""

from dataclasses import dataclass, replace

from ledgerflow.classification.engine import (
    MATCHED,
    MEMORY,
    MOST_UNSURE,
    REASON_LENGTH,
    Suggestion,
    shortened,
)
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


def matched(
    usual: Outcome,
    of_seller: Said | None,
    said: SaidByReceipt,
    *,
    payee_of_bank: int | None,
    is_income: bool,
) -> Outcome:
    """Return the outcome for a line whose receipt names the seller, against what would be suggested without it.

    What people decided about a seller that only the receipt names goes before rules, which look at the bank's text; not
    where money came in, whose receipt is mostly an invoice of one's own. Of a seller who is no payee of the book, only
    the name is told. What a receipt says was read by a machine, so that a person always looks at it, and where the bank
    does not name the seller it is never sure.
    """
    if of_seller is None:
        if usual.suggestion.account_id is not None:
            return usual
        return replace(usual, suggestion=_told(usual.suggestion, said))
    suggestion = of_seller.suggestion
    is_named_by_bank = payee_of_bank == suggestion.payee_id
    if usual.suggestion.rule_id is not None:
        is_better = suggestion.source == MEMORY and not is_named_by_bank and not is_income
        is_better = is_better and suggestion.account_id != usual.suggestion.account_id
    else:
        is_better = suggestion.confidence >= usual.suggestion.confidence
    if not is_better:
        return usual
    is_known = suggestion.account_id is not None or usual.suggestion.payee_id is None
    kept = _told(suggestion if is_known else usual.suggestion, said)
    if is_named_by_bank:  # the receipt only says so, too
        return replace(usual, suggestion=kept, accepts=False)
    if kept.account_id is not None:
        kept = replace(kept, source=MATCHED, confidence=min(kept.confidence, MOST_UNSURE))
    return Outcome(kept, accepts=False, said=of_seller)


def _told(suggestion: Suggestion, said: SaidByReceipt) -> Suggestion:
    return replace(suggestion, reason=shortened(f"{said.sentence()} {suggestion.reason}"))


def barred(outcome: Outcome, bar: Bar) -> Outcome:
    """Return the outcome that a person is asked about where a bar stands; of a closed day, which nothing shows, why."""
    if not bar or not outcome.accepts:
        return outcome
    suggestion = outcome.suggestion
    if bar == _CLOSED:
        reason = f"{shortened(suggestion.reason, most=REASON_LENGTH - len(_OF_CLOSED) - 1)} {_OF_CLOSED}"
        suggestion = replace(suggestion, reason=reason)
    return replace(outcome, suggestion=suggestion, accepts=False)
