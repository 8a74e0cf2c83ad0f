"""Schedule C worked out: from what stands on accounts, and what people say of the year, to line 31. Pure arithmetic.

Every amount of an account is in the sense of its line: income positive on income lines, costs positive on all others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ledgerflow.taxforms import limits
from ledgerflow.taxforms.facts import ZERO, Facts
from ledgerflow.taxforms.forms import FROM_ACCOUNTS, SHARED, Kind, Line, TaxForm
from ledgerflow.taxforms.limits import Limited, cents, dollars, percent_of

WHOLE = Decimal(100)
#: Costs of the car that count beside the standard mileage rate.
_TOLLS = "9-tolls"
#: Lines of a total that are named one by one.
_MANY = 5


@dataclass(frozen=True, slots=True)
class AccountFigure:
    """What moved on an account in the year, in dollars; ``share`` is the part that is business, in percent.

    ``line_count`` counts its journal lines, ``evidence_count`` those that a statement shows, ``receipt_count`` those
    with a receipt. With ``own_tax_line`` it is what moved in the lines that have this tax line of their own.
    """

    account_id: int
    code: str
    name: str
    key: str
    gross: Decimal
    share: Decimal = WHOLE
    line_count: int = 0
    evidence_count: int = 0
    receipt_count: int = 0
    own_tax_line: str = ""

    @property
    def after_share(self) -> Decimal:
        """The business part, in cents."""
        return percent_of(self.share, self.gross)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the worksheet. ``gross`` and ``after_share`` are nothing for lines that no account makes up."""

    line: Line
    accounts: tuple[AccountFigure, ...]
    gross: Decimal | None
    after_share: Decimal | None
    limit: str
    deductible: Decimal

    @property
    def share(self) -> Decimal | None:
        """The business share in percent when its accounts have the same, else nothing."""
        shares = {account.share for account in self.accounts}
        return shares.pop() if len(shares) == 1 else None

    @property
    def line_count(self) -> int:
        """How many journal lines make up the figure."""
        return sum(account.line_count for account in self.accounts)

    @property
    def evidence_count(self) -> int:
        """How many of them a statement shows."""
        return sum(account.evidence_count for account in self.accounts)

    @property
    def receipt_count(self) -> int:
        """How many of them have a receipt."""
        return sum(account.receipt_count for account in self.accounts)


@dataclass(frozen=True, slots=True)
class Worksheet:
    """The form's lines in its order; ``carryover`` is what of the home's costs goes on to the next year."""

    form: TaxForm
    rows: tuple[Row, ...]
    carryover: Decimal

    def row(self, key: str) -> Row:
        """Return the row of the line.

        Raises:
            KeyError: the form has no such line.
        """
        for row in self.rows:
            if row.line.key == key:
                return row
        raise KeyError(key)

    def amount(self, key: str) -> Decimal:
        """Return what goes on the form's line."""
        return self.row(key).deductible


def worksheet(
    form: TaxForm, accounts: Sequence[AccountFigure], facts: Facts, *, whole_dollars: bool = False
) -> Worksheet:
    """Work out the form. Accounts whose key the form does not know are left out.

    With ``whole_dollars`` each line is rounded to the dollar, as the IRS allows where every line is, and totals add
    up what the form shows.
    """
    sheet = _Sheet(form, accounts, facts, whole_dollars=whole_dollars)
    rows = tuple(sheet.row(line) for line in form.lines)
    return Worksheet(form, rows, sheet.carryover)


class _Sheet:
    """Works lines out in the order in which they need each other, each once."""

    def __init__(
        self, form: TaxForm, accounts: Sequence[AccountFigure], facts: Facts, *, whole_dollars: bool
    ) -> None:
        self.form = form
        self.facts = facts
        self.carryover = ZERO
        self._round = dollars if whole_dollars else cents
        self._of_line: dict[str, list[AccountFigure]] = {}
        for account in accounts:
            line = form.line_of_account(account.key)
            if line is not None:
                # Income is income whatever share an account of it was given.
                own = account if line.kind in SHARED else replace(account, share=WHOLE)
                self._of_line.setdefault(line.key, []).append(own)
        self._rows: dict[str, Row] = {}

    def row(self, line: Line) -> Row:
        if line.key not in self._rows:
            self._rows[line.key] = self._work_out(line)
        return self._rows[line.key]

    def _work_out(self, line: Line) -> Row:
        if line.kind not in FROM_ACCOUNTS:
            limited = self._without_accounts(line)
            return Row(line, (), None, None, limited.why, self._round(limited.amount))
        accounts = tuple(self._of_line.get(line.key, ()))
        gross = sum((account.gross for account in accounts), ZERO)
        after_share = sum((account.after_share for account in accounts), ZERO)
        limited = self._limited(line, accounts, after_share)
        return Row(line, accounts, gross, after_share, limited.why, self._round(limited.amount))

    def _limited(self, line: Line, accounts: Sequence[AccountFigure], after_share: Decimal) -> Limited:
        if not accounts and line.rule != "car":
            return Limited(ZERO)
        if line.kind is Kind.DISALLOWED:
            return Limited(ZERO, f"Not deductible ({line.source}).")
        if line.rule == "meals":
            return limits.meals(self.form, self.facts, after_share)
        if line.rule == "car":
            tolls = sum((account.after_share for account in accounts if account.key == _TOLLS), ZERO)
            return limits.car(self.form, self.facts.car, after_share - tolls, tolls)
        return Limited(after_share, line.note)

    def _without_accounts(self, line: Line) -> Limited:
        if line.kind is Kind.HOME:
            limited = limits.home(self.form, self.facts.home, self._amount("29"))
            self.carryover = limited.carryover
            return limited
        if line.kind is Kind.INVENTORY:
            entered = self.facts.inventory_beginning if line.key == "35" else self.facts.inventory_ending
            return Limited(
                entered, f"As entered for the year ({self.form.inventory_source})." if entered else ""
            )
        added = sum((self._amount(key) for key in line.adds), ZERO)
        return Limited(
            added - sum((self._amount(key) for key in line.subtracts), ZERO), _sum_of(line, self.form)
        )

    def _amount(self, key: str) -> Decimal:
        return self.row(self.form.line(key)).deductible


def _sum_of(line: Line, form: TaxForm) -> str:
    """Say what a total is made of, by the numbers that the form prints; many lines by the first and the last."""
    adds = [each.number for each in form.lines if each.key in line.adds]
    said = f"Lines {adds[0]} through {adds[-1]}" if len(adds) > _MANY else f"Line {' + '.join(adds)}"
    return f"{said}{''.join(f' less line {form.line(key).number}' for key in line.subtracts)}."
