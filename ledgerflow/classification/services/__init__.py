"""Suggestions, decisions and rules."""

from ledgerflow.classification.conditions import RuleConditions
from ledgerflow.classification.engine import payee_text
from ledgerflow.classification.services.business_use import remove_business_use, set_business_use
from ledgerflow.classification.services.classify import classify_lines
from ledgerflow.classification.services.corrections import MOST_CORRECTIONS
from ledgerflow.classification.services.decide import (
    SplitPart,
    check_business_share,
    check_decisions,
    check_tax_lines,
    decide,
    decide_alike,
)
from ledgerflow.classification.services.decisions import (
    NOBODY,
    Accepted,
    Changed,
    accept,
    accept_all,
    accept_confident,
    accept_unseen,
    exclude,
    reopen,
)
from ledgerflow.classification.services.exchanged import export_rules, import_rules
from ledgerflow.classification.services.history import Undone, undo
from ledgerflow.classification.services.matched import match_lines, unmatch_lines
from ledgerflow.classification.services.payees import check_split, rename_payee, split_payee
from ledgerflow.classification.services.promise import switch_promise_off, switch_promise_on
from ledgerflow.classification.services.propose import ProposedAccount, propose
from ledgerflow.classification.services.receipts import attach_receipts, detach_receipt, suggest_by_receipt
from ledgerflow.classification.services.record import prune_predictions, settle_predictions
from ledgerflow.classification.services.refit import (
    REFIT_JOB,
    SUGGEST_JOB,
    ask_for_refit,
    refit,
    suggest_anew,
)
from ledgerflow.classification.services.rules import (
    MadeRule,
    check_rule,
    conditions_from_line,
    create_rule,
    is_offered,
    move_rule,
    payee_for_rule,
    refuse_offer,
    rule_from_decision,
    set_rule_active,
    stage_offered,
    update_rule,
)
from ledgerflow.classification.services.sharing import (
    SHARE_JOB,
    allow_sharing,
    end_sharing,
    make_shared_weights,
)
from ledgerflow.classification.services.stages import switch_stage_off, switch_stage_on
from ledgerflow.classification.services.tags import (
    change_tags,
    delete_tag,
    names_typed,
    rename_tag,
    set_line_tags,
    tags_named,
)
from ledgerflow.classification.services.together import Booking, book_together
from ledgerflow.classification.services.trials import (
    TRIAL_JOB,
    ask_for_trial,
    do_trial,
    end_broken_trial,
)

__all__ = [
    "MOST_CORRECTIONS",
    "NOBODY",
    "REFIT_JOB",
    "SHARE_JOB",
    "SUGGEST_JOB",
    "TRIAL_JOB",
    "Accepted",
    "Booking",
    "Changed",
    "MadeRule",
    "ProposedAccount",
    "RuleConditions",
    "SplitPart",
    "Undone",
    "accept",
    "accept_all",
    "accept_confident",
    "accept_unseen",
    "allow_sharing",
    "ask_for_refit",
    "ask_for_trial",
    "attach_receipts",
    "book_together",
    "change_tags",
    "check_business_share",
    "check_decisions",
    "check_rule",
    "check_split",
    "check_tax_lines",
    "classify_lines",
    "conditions_from_line",
    "create_rule",
    "decide",
    "decide_alike",
    "delete_tag",
    "detach_receipt",
    "do_trial",
    "end_broken_trial",
    "end_sharing",
    "exclude",
    "export_rules",
    "import_rules",
    "is_offered",
    "make_shared_weights",
    "match_lines",
    "move_rule",
    "names_typed",
    "payee_for_rule",
    "payee_text",
    "propose",
    "prune_predictions",
    "refit",
    "refuse_offer",
    "remove_business_use",
    "rename_payee",
    "rename_tag",
    "reopen",
    "rule_from_decision",
    "set_business_use",
    "set_line_tags",
    "set_rule_active",
    "settle_predictions",
    "split_payee",
    "stage_offered",
    "suggest_anew",
    "suggest_by_receipt",
    "switch_promise_off",
    "switch_promise_on",
    "switch_stage_off",
    "switch_stage_on",
    "tags_named",
    "undo",
    "unmatch_lines",
    "update_rule",
]
