"""Beancount and hledger as programs beside us: what each says of an exported file."""

import csv
import io
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.peers import BEAN_CHECK, PYTHON, ROOT
from tests.needs import program

Totals = dict[str, Decimal]
Span = tuple[date, date]

_TOTALS = ROOT / "benchmarks" / "peers" / "beancount_totals.py"
#: hledger reads its files in the encoding of the locale.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}


@dataclass(frozen=True)
class Question:
    """What to tell of an exported file: balances at the ends of days, and what moved in spans of days."""

    path: Path
    through: Sequence[date] = ()
    between: Sequence[Span] = ()


def bean_check(path: Path) -> str:
    """Return what ``bean-check`` finds wrong; nothing when it accepts the file."""
    done = subprocess.run([BEAN_CHECK, "--no-cache", path], capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


def hledger_check(path: Path) -> str:
    """Return what ``hledger check -s`` finds wrong; nothing when it accepts the file."""
    done = _hledger("check", "-s", "-f", path)
    return done.stderr if done.returncode else ""


@dataclass(frozen=True)
class Answer:
    """What Beancount says: balances in the book's currency, and all that stands there in the end in foreign ones."""

    through: list[Totals]
    between: list[Totals]
    foreign: dict[tuple[str, str], Decimal]


def beancount(questions: Sequence[Question], base_currencies: Sequence[str]) -> list[Answer]:
    """Return Beancount's answers by account; accounts at zero are left out."""
    asked = [
        {
            "path": str(each.path),
            "through": [day.isoformat() for day in each.through],
            "between": [[first.isoformat(), last.isoformat()] for first, last in each.between],
        }
        for each in questions
    ]
    lines = "".join(json.dumps(each) + "\n" for each in asked)
    done = subprocess.run([PYTHON, _TOTALS], input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for question, answer in zip(questions, answers, strict=True):
        assert answer["errors"] == [], f"{question.path}: {answer['errors'][0]}"
    return [
        Answer(
            through=[_in_base(totals, base) for totals in answer["through"]],
            between=[_in_base(totals, base) for totals in answer["between"]],
            foreign={key: amount for key, amount in _amounts(answer["units"]).items() if key[1] != base},
        )
        for answer, base in zip(answers, base_currencies, strict=True)
    ]


def _in_base(totals: Mapping[str, str], base: str) -> Totals:
    amounts = _amounts(totals)
    assert {currency for _, currency in amounts} <= {base}
    return {name: amount for (name, _), amount in amounts.items()}


def _amounts(totals: Mapping[str, str]) -> dict[tuple[str, str], Decimal]:
    split = {tuple(name.split()): Decimal(text) for name, text in totals.items()}
    return {(name, currency): amount for (name, currency), amount in split.items() if amount}


def hledger_balances(path: Path, last: date) -> Totals:
    """Return hledger's trial balance at the end of the day."""
    return _at_cost("balance", path, date(1900, 1, 1), last)


def hledger_income_statement(path: Path, first: date, last: date) -> Totals:
    """Return hledger's income statement, credits negative as in a trial balance."""
    return _at_cost("incomestatement", path, first, last, turned=("Income:",))


def hledger_balance_sheet(path: Path, last: date) -> Totals:
    """Return hledger's balance sheet with equity, credits negative as in a trial balance."""
    return _at_cost("balancesheetequity", path, date(1900, 1, 1), last, turned=("Liabilities:", "Equity:"))


def hledger_foreign(path: Path, base: str) -> dict[tuple[str, str], Decimal]:
    """Return what stands on each account in the end in each currency but the book's."""
    return {
        (name, currency): amount
        for name, shown in _rows("balance", path)
        for number, currency in (part.split() for part in shown.split(", ") if part != "0")
        if currency != base and (amount := Decimal(number))
    }


def _at_cost(report: str, path: Path, first: date, last: date, turned: tuple[str, ...] = ()) -> Totals:
    span = ("-b", first.isoformat(), "-e", (last + timedelta(days=1)).isoformat())
    amounts = {name: Decimal(shown.split()[0]) for name, shown in _rows(report, path, "-B", *span)}
    return {
        name: -amount if turned and name.startswith(turned) else amount
        for name, amount in amounts.items()
        if amount
    }


def _rows(report: str, path: Path, *words: str) -> list[tuple[str, str]]:
    done = _hledger(report, "-f", path, "--flat", "-N", "-O", "csv", *words)
    assert done.returncode == 0, done.stderr
    # Between the accounts stand heads.
    return [(name, shown) for name, shown in csv.reader(io.StringIO(done.stdout)) if ":" in name]


def _hledger(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("hledger") or "hledger", *words],
        capture_output=True,
        text=True,
        check=False,
        env=_ENVIRONMENT,
    )
