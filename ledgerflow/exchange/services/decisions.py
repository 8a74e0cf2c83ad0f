"""What each bank line is for, out of an archive, and with that its entry."""

from collections import defaultdict
from collections.abc import Iterator

from ledgerflow.classification.models import Rule, State
from ledgerflow.exchange.archive.reading import Row
from ledgerflow.exchange.archive.tables import CLASSIFICATIONS, SPLITS
from ledgerflow.exchange.services.bank_lines import BankLines
from ledgerflow.exchange.services.loading import Loader
from ledgerflow.posting.services import link_live
from ledgerflow.statements.models import StatementLine


def restore_decisions(loader: Loader, bank_lines: BankLines) -> None:
    """Bring in classifications with their parts, link what is posted to its entries, and hold back what was."""
    by_rule: dict[tuple[int, int], list[Row]] = defaultdict(list)
    loader.copy(CLASSIFICATIONS, CLASSIFICATIONS.columns, _by_people(loader, by_rule))
    for (rule, account), rows in by_rule.items():
        _accept_by_rule(loader, rule, account, rows)
    loader.load(SPLITS)
    link_live(book=loader.book, postings=bank_lines.live)
    for (hold, is_pending), line_ids in bank_lines.waiting.items():
        lines = StatementLine.objects.filter(book=loader.book, pk__in=line_ids)
        lines.update(hold=hold, is_pending=is_pending)


def _by_people(loader: Loader, by_rule: dict[tuple[int, int], list[Row]]) -> Iterator[Row]:
    """Yield what is open or a person decided; put what a rule accepted aside. What is posted is accepted first."""
    for row in loader.rows(CLASSIFICATIONS):
        if row["state"] == State.POSTED:
            row["state"] = State.ACCEPTED
        if row["state"] != State.OPEN and row["decided_by"] is None and row["rule"] is not None:
            by_rule[row["rule"], row["account"]].append(row)
        else:
            yield row


def _accept_by_rule(loader: Loader, rule: int, account: int, rows: list[Row]) -> None:
    """Bring in what the rule accepted for the account.

    PostgreSQL asks for a rule that accepts so. It may have been changed since, so for the moment it is as it was.
    """
    found = Rule.objects.filter(book=loader.book, pk=rule)
    now = found.values("account_id", "mode", "is_active").get()
    found.update(account_id=account, mode=Rule.Mode.ACCEPT, is_active=True)
    loader.copy(CLASSIFICATIONS, CLASSIFICATIONS.columns, rows)
    found.update(**now)
