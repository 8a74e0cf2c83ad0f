"""A rule that people correct stops accepting by itself."""

from collections import Counter

from django.db import transaction

from ledgerflow.classification.models import ChangedLine, DecisionChange, Rule, RuleCorrection, State

#: A rule that accepts and is corrected so often only suggests from then on.
MOST_CORRECTIONS = 2


@transaction.atomic
def count_correction(*, rule_id: int, change: DecisionChange, lines: int = 1) -> None:
    """Count that a person booked lines otherwise than the rule said; at the second one the rule stops accepting."""
    rule = Rule.objects.select_for_update().get(book_id=change.book_id, pk=rule_id)
    RuleCorrection.objects.bulk_create(
        RuleCorrection(book_id=change.book_id, rule=rule, change=change, corrected_at=change.made_at)
        for _ in range(lines)
    )
    counted = RuleCorrection.objects.filter(book_id=change.book_id, rule=rule, is_settled=False).count()
    if rule.mode == Rule.Mode.ACCEPT and counted >= MOST_CORRECTIONS:
        rule.mode, rule.fell_back_at = Rule.Mode.SUGGEST, change.made_at
        rule.save(update_fields=["mode", "fell_back_at"])


@transaction.atomic
def count_exclusions(*, change: DecisionChange) -> None:
    """Count each line that a rule had accepted without a person, and that the change keeps out of the books."""
    _count(
        change,
        Counter(
            before["rule"]
            for before in ChangedLine.objects.filter(change=change).values_list("before", flat=True)
            if before["state"] == State.ACCEPTED
            and before["decided_by"] is None
            and before["rule"] is not None
        ),
    )


@transaction.atomic
def count_other_accounts(*, change: DecisionChange) -> None:
    """Count each line that the change books to another account than the rule had said that it names no more."""
    _count(
        change,
        Counter(
            before["rule"]
            for before, after in ChangedLine.objects.filter(change=change).values_list("before", "after")
            if before["rule"] is not None and after["rule"] is None and before["account"] != after["account"]
        ),
    )


def _count(change: DecisionChange, lines: Counter[int]) -> None:
    for rule_id in sorted(lines):  # each held until the end, so that two sessions take them in one order
        count_correction(rule_id=rule_id, change=change, lines=lines[rule_id])


def let_accept_again(rule: Rule) -> None:
    """Let what was corrected count no more, because a person lets the rule accept all the same."""
    rule.fell_back_at = None
    if rule.pk is not None:
        RuleCorrection.objects.filter(book_id=rule.book_id, rule=rule).update(is_settled=True)


def forget_corrections(change: DecisionChange) -> None:
    """Forget the corrections of a decision that is undone; a rule that fell back stays so until a person changes it."""
    RuleCorrection.objects.filter(book_id=change.book_id, change=change).delete()
