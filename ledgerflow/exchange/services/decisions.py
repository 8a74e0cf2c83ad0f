"""What each bank line is for, out of an archive, and with that its entry."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ledgerflow.classification.models import Classification, Promise, Rule, State
from ledgerflow.exchange.archive.reading import Row
from ledgerflow.exchange.archive.tables import CLASSIFICATIONS, PREDICTIONS, PROMISES, SPLITS
from ledgerflow.exchange.services.bank_lines import Waiting
from ledgerflow.exchange.services.loading import Loader
from ledgerflow.exchange.services.past_facts import kept_transfers
from ledgerflow.posting.services import PastPosting, link_live
from ledgerflow.posting.services.history import keep_transfers
from ledgerflow.statements.models import StatementLine


def restore_decisions(loader: Loader, waiting: Waiting) -> None:
    """Bring in classifications with their parts, link what is posted to its entries, and hold back what was.

    Transfers that stand, and pairs that are none, come with it, once the lines are linked.

    What is matched is called so; PostgreSQL looks for the matches when the transaction ends.
    """
    made = _Made()
    loader.ids[PROMISES.name] = loader.new_ids(PROMISES, loader.archive.count(PROMISES))
    loader.copy(CLASSIFICATIONS, CLASSIFICATIONS.columns, _by_people(loader, made))
    for (rule, account), rows in made.by_rule.items():
        _accept_by_rule(loader, rule, account, rows)
    _accept_by_promises(loader, made)
    loader.load(SPLITS)
    transfers = list(kept_transfers(loader))
    counterparts = {(each.in_entry, each.in_line_id) for each in transfers if each.in_entry == each.out_entry}
    link_live(
        book=loader.book,
        postings=[
            replace(past, is_counterpart=(past.entry_number, past.line_id) in counterparts)
            for past in made.live
        ],
    )
    keep_transfers(transfers=transfers)
    matched = Classification.objects.filter(book=loader.book, pk__in=made.matched)
    matched.update(state=State.MATCHED)
    for (hold, is_pending), line_ids in waiting.items():
        lines = StatementLine.objects.filter(book=loader.book, pk__in=line_ids)
        lines.update(hold=hold, is_pending=is_pending)


@dataclass(frozen=True, slots=True)
class _Made:
    """What comes after the others: what a rule or promise accepted, the live postings, and the matched lines."""

    by_rule: dict[tuple[int, int], list[Row]] = field(default_factory=lambda: defaultdict(list))
    by_promise: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    live: list[PastPosting] = field(default_factory=list)
    matched: list[int] = field(default_factory=list)


def _by_people(loader: Loader, made: _Made) -> Iterator[Row]:
    """Yield what is open or a person decided; put what a rule accepted aside.

    What is posted is accepted first, what is matched open: its entries come later.
    """
    for row in loader.rows(CLASSIFICATIONS):
        if row["state"] == State.POSTED:
            made.live.append(PastPosting(row["entry_number"], row["line"]))
            row |= {"state": State.ACCEPTED, "entry_number": None}
        elif row["state"] == State.MATCHED:
            made.matched.append(row["line"])
            row["state"] = State.OPEN
        is_unattended = row["state"] != State.OPEN and row["decided_by"] is None
        if row["promise"] is not None:
            made.by_promise[row["promise"]].append(row)
        elif is_unattended and row["rule"] is not None:
            made.by_rule[row["rule"], row["account"]].append(row)
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


def _accept_by_promises(loader: Loader, made: _Made) -> None:
    """Bring in promises, the record, and what was accepted under each.

    PostgreSQL asks for a promise that is switched on and for the prediction by which it accepted. So each comes in
    switched on, with its lines, and is switched off again as it was.
    """
    said: dict[int | None, list[Row]] = defaultdict(list)
    for row in loader.rows(PREDICTIONS):
        said[row["promise"]].append(row)
    loader.copy(PREDICTIONS, PREDICTIONS.columns, said[None])
    columns = ("id", *PROMISES.columns)
    for promise_id, row in zip(loader.ids[PROMISES.name], loader.rows(PROMISES), strict=True):
        is_on = {"switched_off_by": None, "switched_off_at": None}
        loader.copy(PROMISES, columns, [row | is_on | {"id": promise_id}])
        loader.copy(PREDICTIONS, PREDICTIONS.columns, said[promise_id])
        loader.copy(CLASSIFICATIONS, CLASSIFICATIONS.columns, made.by_promise[promise_id])
        if row["switched_off_at"] is not None:
            Promise.objects.filter(book=loader.book, pk=promise_id).update(
                switched_off_by=row["switched_off_by"], switched_off_at=row["switched_off_at"]
            )
