"""Migrations are taken back over rows: no rule then takes more lines than before, and nothing that is kept goes."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from ledgerflow.classification.engine import MOST_UNSURE
from ledgerflow.classification.models import Classification, Rule
from ledgerflow.classification.services import RuleConditions, classify_lines, create_rule, decide, undo
from ledgerflow.ledger.models import Account
from ledgerflow.review.models import Proposal
from tests.classification.rows import NOW, Shop


def _migrate(*target):
    call_command("migrate", *target, database="owner", verbosity=0)


def test_rules_with_a_search_are_switched_off_and_proposed_runs_stay(committed_db):
    shop = Shop()
    for search in ("shell", "oil -refund", "payee:shell,oil"):
        create_rule(
            book=shop.book,
            conditions=RuleConditions(search=search),
            account=shop.fuel,
            mode="accept",
            user=shop.user,
            now=NOW,
        )
    Proposal.objects.create(
        book=shop.book,
        kind=Proposal.Kind.RUN_TOOL,
        payload={"tool": "order", "arguments": {}},
        payload_sha256="0" * 64,
        basis={},
        diff={},
        proposed_through=Proposal.Through.API,
        proposed_by=shop.user,
        proposed_at=NOW,
    )

    Account.objects.filter(pk=shop.food.pk).update(tax_line="schedule-c:24b")
    rule = create_rule(
        book=shop.book,
        conditions=RuleConditions(text="corner"),
        account=shop.fuel,
        tax_line="schedule-c:24b",
        user=shop.user,
        now=NOW,
    )
    line = shop.line("CORNER STORE")
    classify_lines(book=shop.book, line_ids=[line.pk])
    decide(book=shop.book, line_id=line.pk, note="ask Kim", user=shop.user, now=NOW)

    with pytest.raises(DatabaseError, match="restore the backup"):
        _migrate("review", "0003_name_no_door_that_nobody_uses")
    with pytest.raises(DatabaseError, match="Rules say a tax line"):
        _migrate("classification", "0022_let_payees_be_merged")
    Rule.objects.filter(pk=rule.pk).update(tax_line="", is_active=False)
    with pytest.raises(DatabaseError, match="Lines that nobody decided about have a tax line"):
        _migrate("classification", "0022_let_payees_be_merged")
    Classification.objects.filter(pk=line.pk).update(tax_line="")
    _migrate("classification", "0022_let_payees_be_merged")

    with connection.cursor() as cursor:
        cursor.execute("SELECT text, is_active FROM classification_rule ORDER BY id")
        assert cursor.fetchall() == [
            ("shell", True),
            ("oil", False),
            ("payee:shell,payee:oil", False),
            ("corner", False),
        ]
        cursor.execute("UPDATE classification_classification SET source = 'matched', confidence = 0.95")
        cursor.execute(
            """UPDATE classification_changedline
            SET before = before || '{"source": "matched", "confidence": 0.95}',
                after = after || '{"source": "matched", "confidence": 0.95}'"""
        )
    _migrate()
    assert Rule.objects.filter(is_active=True, search="").count() == 1
    assert Proposal.objects.get().kind == "run_tool"
    # What a receipt alone says was as sure as what the bank says before 0041.
    undo(book=shop.book, user=shop.user, now=NOW)
    made = Classification.objects.get(pk=line.pk)
    assert (made.note, made.source, made.confidence) == ("", "matched", MOST_UNSURE)
