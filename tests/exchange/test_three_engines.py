"""LedgerFlow, Beancount and hledger compute the same figures from the same books, and refuse the same damage.

What the figures must be comes from whoever made the ledger, never from an export.
"""

import os
from collections import Counter
from datetime import UTC, datetime

import pytest

from ledgerflow.pipeline.demo import make_books
from tests.exchange.booked_ledgers import booked, our_balance_sheet, our_balances, our_income_statement
from tests.exchange.demo_totals import demo_movements, totals_through
from tests.exchange.engines import (
    Answer,
    Question,
    bean_check,
    beancount,
    hledger_balance_sheet,
    hledger_balances,
    hledger_check,
    hledger_foreign,
    hledger_income_statement,
)
from tests.exchange.exported import Exported, exported
from tests.exchange.generated_ledgers import FIRST_DAY, LAST_DAY, QUARTER, YEAR, YEAR_END, Ledger, ledger
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.hledger, pytest.mark.beancount]

#: How many ledgers; ``make agreement`` asks for a thousand, beginning at ``AGREEMENT_SEED``.
COUNT = int(os.environ.get("AGREEMENT", "25"))
FIRST_SEED = int(os.environ.get("AGREEMENT_SEED", "1"))
#: Ledgers of one test, which Beancount reads in one process. Tests run as many at a time as there are processors.
_TOGETHER = 25

#: What the acts of a ledger are called among the kinds of its entries.
_ACTS = {"transfer": "between currencies"}
_DAYS = (YEAR_END, LAST_DAY)
_SPANS = (YEAR, QUARTER)


def _assert_agreement(made: Ledger, files: Exported, answer: Answer) -> None:
    """Compare trial balances, income statements, balance sheet and foreign balances; each with what the maker says."""
    where = f"ledger {made.seed}"
    book, journal, code = files.book, files.hledger, files.codes
    for day, theirs in zip(_DAYS, answer.through, strict=True):
        expected = made.balances(day)
        assert our_balances(book, day) == expected, where
        assert files.by_code(theirs) == expected, where
        assert files.by_code(hledger_balances(journal, day)) == expected, where
    for span, theirs in zip(_SPANS, answer.between, strict=True):
        earned = {
            name: amount for name, amount in theirs.items() if name.startswith(("Income:", "Expenses:"))
        }
        expected = made.moved(*span, "income", "expense")
        assert our_income_statement(book, *span) == expected, where
        assert files.by_code(earned) == expected, where
        assert files.by_code(hledger_income_statement(journal, *span)) == expected, where
    sheet = {
        name: amount
        for name, amount in answer.through[-1].items()
        if not name.startswith(("Income:", "Expenses:"))
    }
    expected = made.moved(FIRST_DAY, LAST_DAY, "asset", "liability", "equity")
    assert our_balance_sheet(book, LAST_DAY) == expected, where
    assert files.by_code(sheet) == expected, where
    assert files.by_code(hledger_balance_sheet(journal, LAST_DAY)) == expected, where
    for foreign in (answer.foreign, hledger_foreign(journal, made.base)):
        assert {
            (code[name], own): amount for (name, own), amount in foreign.items()
        } == made.foreign_balances(), where


def _batches() -> list[range]:
    """Return the seeds of the ledgers that are made, and read by Beancount, together."""
    behind = FIRST_SEED + COUNT
    return [range(first, min(first + _TOGETHER, behind)) for first in range(FIRST_SEED, behind, _TOGETHER)]


@pytest.mark.parametrize("seeds", _batches(), ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_three_engines_agree_on_generated_ledgers(tmp_path, seeds):
    user, seen = UserFactory(), Counter[str]()
    made = [ledger(seed) for seed in seeds]
    exports = [exported(booked(each, user=user), tmp_path) for each in made]
    questions = [Question(each.beancount, _DAYS, _SPANS) for each in exports]
    answers = beancount(questions, [each.base for each in made])

    for one, files, answer in zip(made, exports, answers, strict=True):
        assert hledger_check(files.hledger) == "", f"ledger {one.seed}"
        _assert_agreement(one, files, answer)
        seen.update(_kinds(one))

    wanted = (
        "foreign",
        "split",
        "transfer",
        "reversal",
        "closing",
        "line",
        "revaluation",
        "between currencies",
    )
    assert all(seen[kind] >= len(seeds) / 2 for kind in wanted), seen


def _kinds(made: Ledger) -> set[str]:
    """Return what the ledger has, so that an agreement about nothing is none."""
    types = {code: account.type for code, account in made.accounts.items()}
    kinds = {_ACTS.get(act.kind, act.kind) for act in made.acts.values()}
    for entry in made.entries:
        used = {types[line.account] for line in entry.lines}
        kinds |= {
            "reversal" if entry.reverses else "",
            "split" if len(entry.lines) > 2 else "",
            "transfer" if used <= {"asset", "liability"} else "",
            "foreign" if any(line.currency != made.base for line in entry.lines) else "",
        }
    return kinds


@pytest.mark.heavy  # generated ledgers have all that these have
def test_three_engines_agree_on_the_demo_books(tmp_path):
    now = datetime(2026, 5, 23, 12, tzinfo=UTC)

    for book in make_books(user=UserFactory(), now=now):
        files, movements = exported(book, tmp_path), demo_movements(book, now)
        assert bean_check(files.beancount) == hledger_check(files.hledger) == ""
        days = sorted({each.date for each in movements})
        some = [*days[::30], days[-1]]
        (answer,) = beancount([Question(files.beancount, some)], [book.base_currency])
        for day, theirs in zip(some, answer.through, strict=True):
            expected = totals_through(movements, day)
            assert our_balances(book, day) == expected
            assert files.by_code(theirs) == expected
            assert files.by_code(hledger_balances(files.hledger, day)) == expected
