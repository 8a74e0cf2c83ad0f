"""Every refusal of the ledger as an error with a sentence, whether the service or PostgreSQL refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error as DatabaseError
from psycopg import Error as PsycopgError

from ledgerflow.core.errors import LedgerFlowError


class PostingError(LedgerFlowError):
    """The ledger refuses what it was given; nothing was written."""


class UnbalancedEntryError(PostingError):
    """The base amounts of an entry do not add up to zero."""


class IncompleteEntryError(PostingError):
    """An entry has too few or too many lines, or a batch lacks entries."""


class NumberingError(PostingError):
    """Entries or batches do not follow the last ones of the book without a gap."""


class PeriodClosedError(PostingError):
    """The period is closed; reopen it or choose a later date."""


class PeriodLockedError(PeriodClosedError):
    """The period is locked; an owner or reviewer of the book may still post there."""


class EntryDateError(PostingError):
    """An entry is dated outside 1900 to 9999."""


class ForeignAccountError(PostingError):
    """An account is not in the book."""


class ArchivedAccountError(PostingError):
    """An account is archived; restore it or choose another."""


class CurrencyError(PostingError):
    """A currency is not the account's, or an amount does not fit its currency."""


class ReversalError(PostingError):
    """The entry to be reversed does not exist, is reversed already, or is not mirrored."""


class PostedRowError(PostingError):
    """What is posted stays; post a reversal instead."""


class PeriodActionError(PostingError):
    """The books cannot be closed or reopened so."""


class AccountChangeError(PostingError):
    """The account cannot be changed so."""


class RateError(PostingError):
    """An exchange rate is no rate, or a file of them cannot be read."""


class NoLedgerError(PostingError):
    """The book has no ledger."""


_BY_CODE: dict[str, type[PostingError]] = {
    "LF001": UnbalancedEntryError,
    "LF002": IncompleteEntryError,
    "LF003": NumberingError,
    "LF004": PeriodClosedError,
    "LF005": ForeignAccountError,
    "LF006": ArchivedAccountError,
    "LF007": CurrencyError,
    "LF008": ReversalError,
    "LF009": PostedRowError,
    "LF010": PeriodActionError,
    "LF011": AccountChangeError,
    "LF012": NoLedgerError,
    "LF013": PeriodLockedError,
    "LF014": EntryDateError,
}

_BY_CONSTRAINT: dict[str, tuple[type[PostingError], str]] = {
    "ledger_account_code_once": (AccountChangeError, "Another account of this book has that code."),
    "ledger_account_role_once": (AccountChangeError, "Another account of this book has that role."),
    "ledger_account_type_is_known": (
        AccountChangeError,
        "An account is an asset, a liability, equity, income or an expense.",
    ),
    "ledger_account_role_is_known": (AccountChangeError, "The ledger knows no such role of an account."),
    "ledger_account_currency_is_iso": (
        AccountChangeError,
        "Use a three-letter ISO 4217 currency code such as USD.",
    ),
    "ledger_account_role_is_equity": (
        AccountChangeError,
        "What a year is closed to is equity: choose that type for an account with this role.",
    ),
    "ledger_account_role_takes_every_currency": (
        AccountChangeError,
        "What changes between currencies is kept in none: leave the currency of an account with this role empty.",
    ),
    "ledger_account_exchange_is_a_result": (
        AccountChangeError,
        "Exchange gains and losses are income or an expense: choose one of them for an account with this role.",
    ),
    "ledger_movement_account_in_book": (ForeignAccountError, "An account is not in the book."),
    "ledger_movement_currency_is_iso": (
        CurrencyError,
        "Use a three-letter ISO 4217 currency code such as USD.",
    ),
    "ledger_entry_reversed_once": (ReversalError, "The entry is reversed already."),
    "ledger_batch_source_is_known": (PostingError, "The ledger knows no such source of entries."),
    "ledger_batch_has_entries": (IncompleteEntryError, "There is nothing to post."),
    "ledger_period_reason_is_given": (PeriodActionError, "Say why the books are closed or reopened."),
    "ledger_period_lock_lies_beyond": (
        PeriodActionError,
        "A lock lies beyond the closed periods; what is closed needs none.",
    ),
    "ledger_year_closed_once": (PeriodActionError, "The year is closed already."),
    "ledger_closing_entry_once": (PeriodActionError, "The entry closes a year already."),
    "ledger_journalline_pkey": (PostedRowError, "The entry has its lines already; post a reversal instead."),
    "ledger_journalentry_pkey": (NumberingError, "An entry with that number is in the book already."),
}


def explain_as(code: str, family: type[PostingError]) -> None:
    """Let an app above name the error of a guard that it adds to the journal; ``code`` is the guard's SQLSTATE."""
    _BY_CODE[code] = family


@contextmanager
def refusals_explained() -> Iterator[None]:
    """Turn a refusal by PostgreSQL into the error of the family that says the same.

    Raises:
        PostingError: a guard of the ledger refused; anything else passes unchanged.
    """
    try:
        yield
    except (DatabaseError, PsycopgError) as error:
        # Django wraps what a cursor raises, but not what ends a COPY.
        explained = _explain(error if isinstance(error, PsycopgError) else error.__cause__)
        if explained is None:
            raise
        raise explained from error


def _explain(cause: BaseException | None) -> PostingError | None:
    if not isinstance(cause, PsycopgError):
        return None
    if (family := _BY_CODE.get(cause.sqlstate or "")) is not None:
        return family(cause.diag.message_primary or family.__doc__)
    if (known := _BY_CONSTRAINT.get(cause.diag.constraint_name or "")) is not None:
        error_type, sentence = known
        return error_type(sentence)
    return None
