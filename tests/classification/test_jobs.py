"""The jobs of classification: fitting anew behind the people who decide, and throwing away what is old."""

import sys
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from ledgerflow.classification import jobs
from ledgerflow.classification.models import BookWeights, Classification, Prediction
from ledgerflow.classification.services import (
    REFIT_JOB,
    SUGGEST_JOB,
    classify_lines,
    decide,
    rule_from_decision,
    suggest_anew,
)
from ledgerflow.core.jobs import is_waiting
from tests.classification.rows import NOW, Shop
from tests.classification.test_learned import FOOD, FUEL


def shop_with_decisions():
    shop = Shop()
    for number, (fuel, food) in enumerate([*zip(FUEL, FOOD, strict=True)] * 2):
        for text, account in ((fuel, shop.fuel), (food, shop.food)):
            line = shop.line(text, f"-{number + 10}.25")
            classify_lines(book=shop.book, line_ids=[line.pk])
            at = NOW + timedelta(minutes=number)
            decide(book=shop.book, line_id=line.pk, account=account, user=shop.user, now=at)
    return shop


def test_decisions_ask_for_one_fit_which_suggests_anew(committed_db):
    shop = shop_with_decisions()
    new = shop.line("QUICK PETROL", "-44.00")
    classify_lines(book=shop.book, line_ids=[new.pk])
    before = Classification.objects.get(pk=new.pk).account

    assert is_waiting(f"{REFIT_JOB}:{shop.book.pk}")
    jobs.refit_book(book_id=shop.book.pk)

    assert before is None
    assert BookWeights.objects.get(book=shop.book).decisions == 16
    assert Classification.objects.get(pk=new.pk).account == shop.fuel


def test_suggesting_anew_for_many_lines_waits_once(committed_db, monkeypatch):
    monkeypatch.setattr(sys.modules["ledgerflow.classification.services.refit"], "AT_ONCE", 0)
    shop = Shop()
    classify_lines(book=shop.book, line_ids=[shop.line().pk])

    asked = [suggest_anew(book=shop.book) for _ in range(3)]

    assert asked == [None] * 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [SUGGEST_JOB])
        assert cursor.fetchone() == (1,)


def test_a_rule_from_a_decision_leaves_many_open_lines_to_a_job(committed_db, monkeypatch):
    monkeypatch.setattr(sys.modules["ledgerflow.classification.services.refit"], "AT_ONCE", 0)
    shop = Shop()
    decided, waiting = shop.line("SHELL 5742"), shop.line("SHELL 9911")
    classify_lines(book=shop.book, line_ids=[decided.pk, waiting.pk])
    decide(book=shop.book, line_id=decided.pk, account=shop.fuel, user=shop.user, now=NOW)

    made = rule_from_decision(book=shop.book, line_id=decided.pk, user=shop.user, now=NOW)
    before = Classification.objects.get(pk=waiting.pk).rule
    jobs.suggest_anew(book_id=shop.book.pk)

    assert (made.applied, before) == (None, None)
    assert Classification.objects.get(pk=waiting.pk).rule == made.rule


def test_a_book_that_was_purged_meanwhile_is_no_matter(committed_db):
    jobs.refit_book(book_id=0)
    jobs.suggest_anew(book_id=0)
    jobs.try_rule(trial_id=0)


def test_old_predictions_are_thrown_away_by_the_clock(committed_db):
    shop = shop_with_decisions()
    line = shop.line(FUEL[0])
    classify_lines(book=shop.book, line_ids=[line.pk])
    Prediction.objects.filter(line=line.pk).update(replaced_at=timezone.now() - timedelta(days=31))

    jobs.prune_predictions()

    assert not Prediction.objects.filter(line=line.pk).exists()
