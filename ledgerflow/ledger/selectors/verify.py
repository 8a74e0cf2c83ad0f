"""Recompute from the rows everything that the ledger keeps or promises, and name what differs.

The guards make a difference impossible for the application; a restore gone wrong, a failing disk or a superuser
can still make one. Nothing here is read from a counter without being counted again.
"""

from collections.abc import Callable, Iterable
from functools import partial

from ledgerflow.books.models import Book
from ledgerflow.core.problems import Problem, whole_book_cursor

_MOST_OF_A_CHECK = 10


def problems(*, book: Book) -> list[Problem]:
    """Return every problem of the book's ledger, at most ten of each check; empty when it is sound.

    The number of queries is the number of checks; the three that look at entries with all their lines share one.
    """
    return _found(book, _QUERIES)


def parts(*, book: Book, ways: int) -> list[Callable[[], list[Problem]]]:
    """Return what together finds all that `problems` does, to be called in as many sessions at once as wished.

    The hash chain, which takes longest by far, is divided ``ways`` times.
    """
    return [
        partial(_found, book, (name,), share=share, ways=divided)
        for name in _QUERIES
        for divided in (ways if name == "chain" else 1,)
        for share in range(divided)
    ]


def _found(book: Book, names: Iterable[str], *, share: int = 0, ways: int = 1) -> list[Problem]:
    found: list[Problem] = []
    with whole_book_cursor() as cursor:
        for name in names:
            cursor.execute(_QUERIES[name], {"book": book.pk, "share": share, "ways": ways})
            found += [Problem(*row) for row in cursor.fetchall()]
    return found


# Entries whose lines are not all there, dated as they are and in balance, found in one pass in the order of the key: an
# index is read instead of millions of groups kept. What is odd about them is then looked at entry by entry.
_ODD = """
    SELECT coalesce(entry.number, line.entry_number)
      FROM (SELECT number, date, line_count FROM ledger_journalentry WHERE book_id = %(book)s) AS entry
      FULL JOIN (SELECT entry_number, count(*) AS lines, min(no) AS lowest, max(no) AS highest, min(date) AS earliest,
                        max(date) AS latest, sum(base_amount) AS total
                   FROM ledger_journalline WHERE book_id = %(book)s GROUP BY entry_number) AS line
        ON line.entry_number = entry.number
     WHERE (lines = line_count AND lowest = 1 AND highest = line_count AND earliest = entry.date
            AND latest = entry.date AND total = 0) IS NOT TRUE
"""
_ENTRIES = f"""
    WITH odd AS MATERIALIZED (SELECT ARRAY({_ODD}) AS numbers)
    (SELECT 'balanced', format('Entry %%s is out of balance by %%s.', entry_number, sum(base_amount))
       FROM ledger_journalline
      WHERE book_id = %(book)s AND entry_number = ANY ((SELECT numbers FROM odd)::bigint[])
      GROUP BY entry_number HAVING sum(base_amount) <> 0 ORDER BY entry_number LIMIT {_MOST_OF_A_CHECK})
     UNION ALL
    (SELECT 'lines',
            format('Entry %%s says %%s lines dated %%s; %%s such lines are there, numbered %%s to %%s.', entry.number,
                   entry.line_count, entry.date, coalesce(line.lines, 0), line.lowest, line.highest)
       FROM (SELECT * FROM ledger_journalentry
              WHERE book_id = %(book)s AND number = ANY ((SELECT numbers FROM odd)::bigint[])) AS entry
       LEFT JOIN (SELECT entry_number, date, count(*) AS lines, min(no) AS lowest, max(no) AS highest
                    FROM ledger_journalline
                   WHERE book_id = %(book)s AND entry_number = ANY ((SELECT numbers FROM odd)::bigint[])
                   GROUP BY entry_number, date) AS line
         ON line.entry_number = entry.number AND line.date = entry.date
      WHERE (line.lines = entry.line_count AND lowest = 1 AND highest = entry.line_count) IS NOT TRUE
      ORDER BY entry.number LIMIT {_MOST_OF_A_CHECK})
     UNION ALL
    (SELECT 'orphans',
            format('%%s lines of entry %%s, dated %%s, have no such entry.', count(*), entry_number, line.date)
       FROM ledger_journalline AS line
       LEFT JOIN ledger_journalentry AS entry
              ON entry.book_id = line.book_id AND entry.number = line.entry_number AND entry.date = line.date
      WHERE line.book_id = %(book)s AND entry_number = ANY ((SELECT numbers FROM odd)::bigint[])
        AND entry.number IS NULL
      GROUP BY entry_number, line.date ORDER BY entry_number LIMIT {_MOST_OF_A_CHECK})
"""  # noqa: S608 - constants
# Each query returns one sentence a problem.
_CHECKS = {
    "numbering": """
        SELECT format('Entry %%s follows entry %%s; the numbers between are missing.', number, previous)
          FROM (SELECT number, lag(number, 1, 0::bigint) OVER (ORDER BY number) AS previous
                  FROM ledger_journalentry WHERE book_id = %(book)s) AS entry
         WHERE number <> previous + 1
           -- As many different numbers as the highest one says have no gap: then none need be put in order.
           AND (SELECT (min(number), max(number)) IS DISTINCT FROM (1, count(*))
                  FROM ledger_journalentry WHERE book_id = %(book)s)
         ORDER BY number
    """,
    "accounts": """
        SELECT format('%%s lines are on account %%s, which is not in the book or not kept in %%s.',
                      count(*), line.account_id, line.currency)
          FROM ledger_journalline AS line
          LEFT JOIN ledger_account AS account ON account.book_id = line.book_id AND account.id = line.account_id
         WHERE line.book_id = %(book)s AND (account.id IS NULL OR account.currency <> line.currency)
         GROUP BY line.account_id, line.currency ORDER BY line.account_id
    """,
    "amounts": """
        SELECT format('Line %%s.%%s in %%s has the amount %%s and the base amount %%s.',
                      entry_number, no, currency, amount, base_amount)
          FROM ledger_journalline JOIN books_book AS book ON book.id = book_id
         WHERE book_id = %(book)s
           AND (currency = base_currency AND amount <> base_amount OR 'NaN' IN (amount, base_amount))
         ORDER BY entry_number, no
    """,
    "movements": """
        SELECT format('Account %%s in %%s (%%s): debit %%s, credit %%s, net %%s, %%s lines are kept;'
                      ' the lines say %%s, %%s, %%s, %%s.',
                      coalesce(kept.account_id, counted.account_id), coalesce(kept.month, counted.month),
                      coalesce(kept.currency, counted.currency), kept.debit, kept.credit, kept.amount, kept.line_count,
                      counted.debit, counted.credit, counted.amount, counted.lines)
          FROM (SELECT * FROM ledger_movement WHERE book_id = %(book)s) AS kept
          FULL JOIN (SELECT account_id, date_trunc('month', date::timestamp)::date AS month, currency,
                            sum(greatest(base_amount, 0)) AS debit, sum(greatest(-base_amount, 0)) AS credit,
                            sum(amount) AS amount, count(*) AS lines
                       FROM ledger_journalline WHERE book_id = %(book)s GROUP BY 1, 2, 3) AS counted
            ON kept.account_id = counted.account_id AND kept.month = counted.month
               AND kept.currency = counted.currency
         WHERE (kept.debit, kept.credit, kept.amount, kept.line_count)
               IS DISTINCT FROM (counted.debit, counted.credit, counted.amount, counted.lines)
         ORDER BY 1
    """,
    "state": """
        SELECT format('The state says next entry %%s, next batch %%s; the rows say %%s, %%s.',
                      next_number, next_batch, entries + 1, batches + 1)
          FROM (SELECT %(book)s AS book_id,
                       (SELECT count(*) FROM ledger_journalentry WHERE book_id = %(book)s) AS entries,
                       (SELECT count(*) FROM ledger_postingbatch WHERE book_id = %(book)s) AS batches) AS counted
          LEFT JOIN ledger_ledgerstate AS state ON state.book_id = counted.book_id
         WHERE (next_number, next_batch) IS DISTINCT FROM (entries + 1, batches + 1)
    """,
    "batches": """
        SELECT format('Batch %%s promises entries %%s to %%s; %%s of them name it.',
                      batch.no, batch.first_number, batch.first_number + batch.entry_count - 1, count(entry.number))
          FROM ledger_postingbatch AS batch
          LEFT JOIN ledger_journalentry AS entry
                 ON entry.book_id = batch.book_id AND entry.batch_no = batch.no
                    AND entry.number BETWEEN batch.first_number AND batch.first_number + batch.entry_count - 1
         WHERE batch.book_id = %(book)s
         GROUP BY batch.no, batch.first_number, batch.entry_count
        HAVING count(entry.number) <> batch.entry_count ORDER BY batch.no
    """,
    # Each link is held against the one before it as stored, so that one changed batch is named, not all after it.
    "chain": """
        SELECT format('Batch %%s (entries %%s to %%s) is not what was posted: its link in the hash chain %%s.', no,
                      first_number, first_number + entry_count - 1,
                      CASE WHEN digest IS NULL THEN 'is missing' ELSE 'does not fit' END)
          FROM (SELECT batch, batch.*, link.digest,
                       lag(link.digest, 1, state.chain_origin) OVER (ORDER BY batch.no) AS previous
                  FROM ledger_postingbatch AS batch
                  LEFT JOIN ledger_chainlink AS link ON link.book_id = batch.book_id AND link.batch_no = batch.no
                  LEFT JOIN ledger_ledgerstate AS state ON state.book_id = batch.book_id
                 WHERE batch.book_id = %(book)s) AS chained
         WHERE no %% %(ways)s = %(share)s
           AND (digest IS NULL OR digest IS DISTINCT FROM ledger_digest(batch, previous))
         UNION ALL
        SELECT format('The hash chain has a link for batch %%s, which is not there.', link.batch_no)
          FROM ledger_chainlink AS link
          LEFT JOIN ledger_postingbatch AS batch ON batch.book_id = link.book_id AND batch.no = link.batch_no
         WHERE link.book_id = %(book)s AND batch.no IS NULL AND link.batch_no %% %(ways)s = %(share)s
    """,
    "texts": """
        SELECT format('The words about entry %%s are not those that it was posted with.', words.entry_number)
          FROM ledger_entrytext AS words
          LEFT JOIN ledger_journalentry AS entry
                 ON entry.book_id = words.book_id AND entry.number = words.entry_number
         WHERE words.book_id = %(book)s
           AND (entry.text_digest IS NULL OR NOT (words.text = '' AND words.salt IS NULL)
                AND (sha256(words.salt || convert_to(words.text, 'UTF8')) = entry.text_digest) IS NOT TRUE)
         ORDER BY words.entry_number
    """,
    "reversals": """
        WITH pair AS (SELECT number, reverses_number FROM ledger_journalentry
                       WHERE book_id = %(book)s AND reverses_number IS NOT NULL),
        total AS (
            SELECT pair.number, account_id, currency, sum(amount) AS amount, sum(base_amount) AS base_amount
              FROM pair JOIN ledger_journalline AS line
                ON line.book_id = %(book)s AND line.entry_number IN (pair.number, pair.reverses_number)
             GROUP BY 1, 2, 3)
        SELECT format('Entry %%s does not mirror the entry that it reverses.', number)
          FROM total GROUP BY number HAVING bool_or(amount <> 0 OR base_amount <> 0) ORDER BY number
    """,
    "periods": """
        SELECT format('The books are closed through %%s and locked through %%s;'
                      ' the log of closings ends with %%s and %%s.',
                      coalesce(state.closed_through::text, 'no day'), coalesce(state.locked_through::text, 'no day'),
                      coalesce(logged.closed_through::text, 'no day'), coalesce(logged.locked_through::text, 'no day'))
          FROM ledger_ledgerstate AS state
          LEFT JOIN LATERAL (SELECT closed_through, locked_through FROM ledger_periodaction AS action
                              WHERE action.book_id = state.book_id ORDER BY id DESC LIMIT 1) AS logged ON true
         WHERE state.book_id = %(book)s
           AND (state.closed_through, state.locked_through)
               IS DISTINCT FROM (logged.closed_through, logged.locked_through)
    """,
    "log": """
        SELECT format('The closing of %%s says the books were closed through %%s and locked through %%s;'
                      ' the one before it says %%s and %%s.',
                      acted_at, coalesce(was_closed_through::text, 'no day'),
                      coalesce(was_locked_through::text, 'no day'), coalesce(previous::text, 'no day'),
                      coalesce(previous_lock::text, 'no day'))
          FROM (SELECT id, acted_at, was_closed_through, was_locked_through,
                       lag(closed_through) OVER in_order AS previous, lag(locked_through) OVER in_order AS previous_lock
                  FROM ledger_periodaction WHERE book_id = %(book)s WINDOW in_order AS (ORDER BY id)) AS action
         WHERE (was_closed_through, was_locked_through) IS DISTINCT FROM (previous, previous_lock) ORDER BY id
    """,
    "closings": """
        SELECT format('Entry %%s does not close the year through %%s, or is taken back otherwise than is said.',
                      closing.entry_number, closing.last_day)
          FROM ledger_yearclosing AS closing
          LEFT JOIN ledger_ledgerstate AS state ON state.book_id = closing.book_id
          LEFT JOIN ledger_journalentry AS entry
                 ON entry.book_id = closing.book_id AND entry.number = closing.entry_number
                    AND entry.date = closing.last_day AND entry.reverses_number IS NULL
          LEFT JOIN ledger_postingbatch AS batch
                 ON batch.book_id = entry.book_id AND batch.no = entry.batch_no AND batch.source = 'closing'
          LEFT JOIN ledger_journalentry AS reversal
                 ON reversal.book_id = closing.book_id AND reversal.reverses_number = closing.entry_number
         WHERE closing.book_id = %(book)s
           AND (batch.no IS NULL OR reversal.number IS DISTINCT FROM closing.reversed_by_number
                OR closing.reversed_by_number IS NULL AND (state.closed_through >= closing.last_day) IS NOT TRUE)
         UNION ALL
        SELECT format('Entry %%s is called the closing of a year, but closes none.', batch.first_number)
          FROM ledger_postingbatch AS batch
         WHERE batch.book_id = %(book)s AND batch.source = 'closing' AND NOT EXISTS (
               SELECT FROM ledger_yearclosing AS closing
                WHERE closing.book_id = batch.book_id
                  AND batch.first_number IN (closing.entry_number, closing.reversed_by_number))
    """,
    # What stands on the first day of a year is what stood on the last day of the one before: of income and expenses
    # nothing, where that year was closed.
    "opening": """
        SELECT format('Account %%s opens the year after %%s with %%s, although that year was closed.',
                      account.code, closing.last_day, sum(line.total))
          FROM (SELECT account_id, date, sum(base_amount) AS total FROM ledger_journalline
                 WHERE book_id = %(book)s GROUP BY account_id, date) AS line
          JOIN ledger_account AS account
            ON account.book_id = %(book)s AND account.id = line.account_id AND account.type IN ('income', 'expense')
          JOIN ledger_yearclosing AS closing
            ON closing.book_id = %(book)s AND closing.reversed_by_number IS NULL AND closing.last_day >= line.date
         GROUP BY account.code, closing.last_day HAVING sum(line.total) <> 0
         ORDER BY closing.last_day, account.code
    """,
}
_QUERIES = {
    "entries": _ENTRIES,
    **{
        check: f"SELECT '{check}', problem.* FROM ({query}) AS problem LIMIT {_MOST_OF_A_CHECK}"  # noqa: S608 - constants
        for check, query in _CHECKS.items()
    },
}
