"""Trying a rule on a whole book, by a job: what was asked, and what came out, stay in a row that the page looks at."""

import json
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.conditions import RuleConditions, banks_of, normal
from ledgerflow.classification.models import Rule, RuleTrial
from ledgerflow.classification.rule_trials import try_rule
from ledgerflow.core.jobs import enqueue
from ledgerflow.ledger.models import Account
from ledgerflow.statements.models import BankAccount
from ledgerflow.users.models import User

TRIAL_JOB = "classification.try_rule"
_GONE = "The rule's account or bank account went while the book was looked through. Choose it anew."
_BROKEN = "The trial did not come to its end. Try again; the error log says why."

# One statement, because a button can be pressed twice. The id is a new one, so that the job of what was asked before
# finds nothing to answer.
_ASK = """
    INSERT INTO classification_ruletrial (book_id, asked_by_id, asked_at, asked, error)
    VALUES (%(book)s, %(user)s, %(now)s, %(asked)s, '')
    ON CONFLICT (book_id, asked_by_id) DO UPDATE SET
        id = excluded.id, asked_at = excluded.asked_at, asked = excluded.asked,
        found = NULL, error = '', ended_at = NULL
    RETURNING id
"""


@transaction.atomic
def ask_for_trial(
    *,
    book: Book,
    conditions: RuleConditions,
    account: Account,
    user: User,
    now: datetime,
    tax_line: str = "",
    rule_id: int | None = None,
    stage: int = Rule.Stage.USUAL,
    is_first: bool = False,
    is_future: bool = False,
) -> RuleTrial:
    """Let a job try the rule on the whole book; what the user had asked before in the book is forgotten."""
    conditions = normal(conditions, banks=banks_of(book) if conditions.search else {})
    bank, least, most = conditions.bank_account, conditions.least, conditions.most
    asked = {
        "text": conditions.text,
        "direction": conditions.direction,
        "least": None if least is None else str(least),
        "most": None if most is None else str(most),
        "bank_account": bank.pk if bank else None,
        "search": conditions.search,
        "stage": stage,
        "account": account.pk,
        "tax_line": tax_line,
        "rule": rule_id,
        "first": is_first,
        "future": is_future,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ASK, {"book": book.pk, "user": user.pk, "now": now, "asked": json.dumps(asked)})
        trial = RuleTrial.objects.get(pk=cursor.fetchone()[0])
    enqueue(TRIAL_JOB, lock=f"{TRIAL_JOB}:{book.pk}", trial_id=trial.pk)
    return trial


@transaction.atomic
def do_trial(*, trial: RuleTrial, now: datetime) -> None:
    """Try the rule on every line and keep what came out."""
    asked, book = trial.asked, trial.book
    account = Account.objects.filter(book=book, pk=asked["account"]).first()
    bank = BankAccount.objects.filter(book=book, pk=asked["bank_account"]).first()
    if account is None or (asked["bank_account"] is not None and bank is None):
        end_broken_trial(trial=trial, now=now, error=_GONE)
        return
    done = try_rule(
        book=book,
        conditions=RuleConditions(
            text=asked["text"],
            direction=asked["direction"],
            least=_amount(asked["least"]),
            most=_amount(asked["most"]),
            bank_account=bank,
            search=asked.get("search", ""),
        ),
        account=account,
        tax_line=asked.get("tax_line", ""),
        whole_book=True,
        rule_id=asked["rule"],
        stage=asked.get("stage", Rule.Stage.USUAL),
        is_first=asked.get("first", False),
        is_future=asked.get("future", False),
        most=None,
    )
    RuleTrial.objects.filter(pk=trial.pk).update(found=asdict(done), ended_at=now)


@transaction.atomic
def end_broken_trial(*, trial: RuleTrial, now: datetime, error: str = _BROKEN) -> None:
    """Say that nothing came out, where nothing has."""
    RuleTrial.objects.filter(pk=trial.pk, ended_at__isnull=True).update(error=error, ended_at=now)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
