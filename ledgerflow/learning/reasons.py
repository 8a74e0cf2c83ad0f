"""Why the engine answers what it answers, in a sentence."""

from collections.abc import Sequence

from ledgerflow.learning.memory import Recollection
from ledgerflow.payees.brands import kind_of

_LEVELS = ("", " in this account", " of this amount", " of this amount in this account")


def sentence(
    *,
    categories: Sequence[str],
    label: int,
    payee: str,
    recalled: Sequence[Recollection],
    is_corrected: bool,
    key: str,
    has_memory: bool,
) -> str:
    """Return the strongest reason for a category: a correction, what was decided before, or a likeness."""
    category = categories[label]
    if is_corrected:
        return f"The last {payee} line like this was corrected to {category}."
    for each, level in reversed(tuple(zip(recalled, _LEVELS, strict=True))):
        agreeing, of = each.labels.count(label), len(each.labels)
        if of > 1 and agreeing * 2 > of:
            return f"{agreeing} of the last {of} {payee} lines{level} were {category}."
    if recalled[0].share(label) > 0:
        agreeing, of = recalled[0].labels.count(label), len(recalled[0].labels)
        if of == 1:
            return f"The last {payee} line was {category}."
        return (
            f"{agreeing} of the last {of} {payee} lines were {category}, and account and amount speak for it."
        )
    opening = f"{payee} is new here" if has_memory else f"What {payee} was before is not asked"
    if kind := kind_of(key):
        words = kind.rpartition("/")[2].replace("_", " ")
        return f"{opening}; it looks like {words}, and lines like it were {category}."
    return f"{opening}; lines with similar names, accounts and amounts were {category}."


def unknown(*, payee: str, has_text: bool) -> str:
    """Return why there is no answer."""
    if not has_text:
        return "The bank gives no text to go by."
    return f"Nobody has decided about {payee} yet, and nothing similar is known."
