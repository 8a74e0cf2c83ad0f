"""The dot of a bank account: its statements' proofs, whether they follow one another, and their age."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledgerflow.statements.chain import Link, chain
from ledgerflow.statements.models import Proof
from ledgerflow.statements.standing import Standing, of_account

LAST = date(2026, 3, 31)


def _chain(*closings, gap=0):
    links = []
    for number, closing in enumerate(closings, 1):
        first = date(2026, number, 1) + timedelta(days=gap if number > 1 else 0)
        last = date(2026, number + 1, 1) - timedelta(days=1)
        links.append(
            Link(number, first, last, None, closing if closing is None else Decimal(closing), Decimal(0))
        )
    return chain(links, {})


@pytest.mark.parametrize(
    ("proof", "links", "standing"),
    [
        (Proof.UNPROVABLE, _chain(5), Standing.UNPROVABLE),
        (Proof.UNPROVABLE, _chain(5, 5, 5), Standing.PROVEN),
        (Proof.UNPROVABLE, _chain(5, None), Standing.UNPROVABLE),
        (Proof.UNPROVABLE, None, Standing.UNPROVABLE),
        (Proof.PROVEN, _chain(5, 5), Standing.PROVEN),
        (Proof.PROVEN, _chain(None, None), Standing.PROVEN),
        (Proof.PROVEN, _chain(5, 6), Standing.BROKEN),
        (Proof.PROVEN, _chain(None, None, gap=3), Standing.GAPS),
        (Proof.UNPROVABLE, _chain(5, 5, gap=3), Standing.PROVEN),
        (Proof.DISCREPANCY, _chain(5, 5), Standing.DISCREPANCY),
        (None, None, Standing.EMPTY),
    ],
)
def test_it_says_how_the_account_stands(proof, links, standing):
    assert of_account(proof=proof, last_date=LAST, today=LAST, chain=links) is standing


def test_an_old_account_is_called_old_unless_its_statements_contradict_each_other():
    later = LAST + timedelta(days=36)

    assert of_account(proof=Proof.PROVEN, last_date=LAST, today=later, chain=_chain(5, 5)) is Standing.OLD
    assert of_account(proof=Proof.PROVEN, last_date=LAST, today=later, chain=_chain(5, 6)) is Standing.BROKEN


@pytest.mark.parametrize("standing", list(Standing))
def test_every_standing_has_a_shape_and_a_color(standing):
    assert standing.icon
    assert standing.style in {"proven", "discrepancy", "unprovable", "old", "empty"}
