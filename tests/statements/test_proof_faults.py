"""Faults put into proven statements: whatever changes the sum is never PROVEN any more."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from ledgerflow.statements.proof import Outcome, prove
from ledgerflow.toolbox.values import Statement, StatementLine

_AMOUNTS = st.lists(
    st.decimals(min_value=-9999, max_value=9999, places=2).filter(bool), min_size=1, max_size=12
)


@st.composite
def _proven(draw, *, running):
    opening = balance = draw(st.decimals(min_value=-9999, max_value=9999, places=2))
    lines = []
    for number, amount in enumerate(draw(_AMOUNTS)):
        balance += amount
        lines.append(
            StatementLine(
                date=date(2026, 1, 1) + timedelta(days=number // 2),
                amount=amount,
                currency="EUR",
                description=draw(st.sampled_from(["coffee", "rent"])),
                place={"line": number},
                balance=balance if running else None,
            )
        )
    if draw(st.booleans()):
        lines.reverse()
    return Statement("1", None, "EUR", tuple(lines), opening_balance=opening, closing_balance=balance)


@st.composite
def _fault(draw, lines):
    lines = list(lines)
    where = draw(st.integers(0, len(lines) - 1))
    line = lines[where]
    match draw(st.sampled_from(["drop", "flip", "repeat", "change", "swap digits"])):
        case "drop":
            del lines[where]
        case "flip":
            lines[where] = line._replace(amount=-line.amount)
        case "repeat":
            lines.insert(where, line)
        case "change":
            lines[where] = line._replace(
                amount=line.amount + draw(st.decimals(min_value=1, max_value=99, places=2))
            )
        case "swap digits":
            digits = f"{abs(line.amount):07.2f}"
            at = draw(st.integers(0, 2))
            swapped = Decimal(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :])
            lines[where] = line._replace(amount=swapped.copy_sign(line.amount))
    return tuple(lines)


def _with_lines(statement, lines, **changes):
    values = {name: getattr(statement, name) for name in Statement.__slots__}
    return Statement(**{**values, "lines": lines, **changes})


@given(data=st.data(), running=st.booleans())
def test_a_whole_statement_it_proves_and_a_faulty_one_never(data, running):
    statement = data.draw(_proven(running=running))
    assert prove(statement).outcome is Outcome.PROVEN
    lines = data.draw(_fault(statement.lines))
    assume(sum(line.amount for line in lines) != sum(line.amount for line in statement.lines))

    proof = prove(_with_lines(statement, lines))

    assert proof.outcome is Outcome.DISCREPANCY
    assert proof.detail.endswith(".")


@given(data=st.data())
def test_a_fault_after_the_earliest_line_it_sees_by_running_balances_alone(data):
    statement = data.draw(_proven(running=True))
    earliest = next(
        line for line in statement.lines if line.balance == statement.opening_balance + line.amount
    )
    others = tuple(line for line in statement.lines if line is not earliest)
    assume(len(others) > 1)
    faulty = data.draw(_fault(others))
    changed = [line for line in faulty if line not in others]
    assume(changed)
    lines = tuple(next((new for new in changed if new.place == line.place), line) for line in statement.lines)

    proof = prove(_with_lines(statement, lines, opening_balance=None, closing_balance=None))

    assert proof.outcome is not Outcome.PROVEN


@given(data=st.data())
def test_the_order_of_lines_it_does_not_mind(data):
    statement = data.draw(_proven(running=True))
    shuffled = tuple(data.draw(st.permutations(statement.lines)))
    assume(statement.opening_balance != statement.closing_balance)

    assert prove(_with_lines(statement, shuffled)).outcome is Outcome.PROVEN
