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
def _proven(draw, *, running, lines_a_day=2):
    opening = balance = draw(st.decimals(min_value=-9999, max_value=9999, places=2))
    lines = []
    for number, amount in enumerate(draw(_AMOUNTS)):
        balance += amount
        lines.append(
            StatementLine(
                date=date(2026, 1, 1) + timedelta(days=number // lines_a_day),
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
    statement = data.draw(_proven(running=True, lines_a_day=1))
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


@given(data=st.data(), days_backwards=st.booleans(), within_backwards=st.booleans())
def test_days_and_lines_of_a_day_it_takes_in_either_order(data, days_backwards, within_backwards):
    statement = data.draw(_proven(running=True))
    oldest_first = sorted(statement.lines, key=lambda line: line.place["line"])
    listed = oldest_first[::-1] if within_backwards else oldest_first
    lines = tuple(sorted(listed, key=lambda line: line.date, reverse=days_backwards))

    assert prove(_with_lines(statement, lines, opening_balance=None)).outcome is not Outcome.DISCREPANCY
    assert prove(_with_lines(statement, lines)).outcome is Outcome.PROVEN
