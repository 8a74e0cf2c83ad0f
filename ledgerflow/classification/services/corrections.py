"""A rule that people correct stops accepting by itself."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count

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
def count_corrections(*, change: DecisionChange) -> None:
    """Count each line of the change that says otherwise than its rule had.

    Where the change keeps lines out of the books, these are those that a rule had accepted without a person; otherwise
    those that are booked to another account or tax line than the rule had said, which they name no more.
    """
    lines = Counter(_corrected(change).values())
    for rule_id in sorted(lines):  # each held until the end, so that two sessions take them in one order
        count_correction(rule_id=rule_id, change=change, lines=lines[rule_id])


def _corrected(change: DecisionChange) -> dict[int, int]:
    """Return the lines of the change that correct a rule, each with the rule."""
    kept = ChangedLine.objects.filter(change=change)
    is_out = change.act == DecisionChange.Act.EXCLUDE
    return {
        line_id: before["rule"]
        for line_id, before, after in kept.values_list("line_id", "before", "after")
        if before["rule"] is not None
        and (
            before["state"] == State.ACCEPTED and before["decided_by"] is None
            if is_out
            else after["rule"] is None and _said(before) != _said(after)
        )
    }


def _said(kept: Mapping[str, Any]) -> tuple[int | None, str]:
    return kept["account"], kept.get("tax_line", "")


def let_accept_again(rule: Rule) -> None:
    """Let what was corrected count no more, because a person lets the rule accept all the same."""
    if rule.pk is not None:
        RuleCorrection.objects.filter(book_id=rule.book_id, rule=rule).update(is_settled=True)


@transaction.atomic
def forget_corrections(*, change: DecisionChange, staying: Collection[int]) -> None:
    """Forget the corrections of a change that is undone, but for those by lines ``staying`` as it or others left them.

    A rule that stopped accepting because of the change accepts again, unless a person changed it or switched it off
    since, or corrections enough are left without these.
    """
    known = RuleCorrection.objects.filter(book_id=change.book_id)
    made = list(known.filter(change=change).order_by("pk").values_list("pk", "rule_id"))
    if not made:
        return
    corrected = _corrected(change)
    left = Counter(corrected[line_id] for line_id in staying if line_id in corrected)
    rules = {rule_id for _, rule_id in made}
    held = Rule.objects.select_for_update().filter(book_id=change.book_id, pk__in=rules).order_by("pk")
    fallen = [
        rule.pk
        for rule in held
        if rule.mode == Rule.Mode.SUGGEST and rule.is_active and rule.fell_back_at == change.made_at
    ]
    forgotten = []
    for correction, rule_id in made:
        left[rule_id] -= 1
        if left[rule_id] < 0:
            forgotten.append(correction)
    known.filter(pk__in=forgotten).delete()
    counted = known.filter(is_settled=False, rule__in=fallen).values("rule").annotate(times=Count("pk"))
    Rule.objects.filter(pk__in=fallen).exclude(
        pk__in=counted.filter(times__gte=MOST_CORRECTIONS).values("rule")
    ).update(mode=Rule.Mode.ACCEPT, fell_back_at=None)
