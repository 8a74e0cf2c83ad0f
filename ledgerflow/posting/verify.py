"""Recompute that every entry from a statement has its bank line, and every posted line its entry."""

from ledgerflow.books.models import Book
from ledgerflow.core.problems import Problem, whole_book_cursor
from ledgerflow.posting.services import _booked

# Every entry that stands or stood for a bank line.
_EVERY = """
    SELECT book_id, entry_number, line_id, NULL::bigint AS reversed_by_number
    FROM classification_classification WHERE book_id = %(book)s AND entry_number IS NOT NULL
    UNION ALL
    SELECT book_id, entry_number, line_id, reversed_by_number
    FROM posting_reversedposting WHERE book_id = %(book)s
"""
# Each query returns one sentence a problem.
_CHECKS = {
    "provenance": """
        SELECT format('Entry %%s came from a statement, but no bank line stands behind it.', entry.number)
        FROM ledger_postingbatch batch
        JOIN ledger_journalentry entry ON entry.book_id = batch.book_id AND entry.batch_no = batch.no
        LEFT JOIN classification_classification live
            ON live.book_id = entry.book_id AND live.entry_number = entry.number
        LEFT JOIN posting_reversedposting past ON past.book_id = entry.book_id AND past.entry_number = entry.number
        WHERE batch.book_id = %(book)s AND batch.source = 'statement'
            AND live.entry_number IS NULL AND past.entry_number IS NULL
        ORDER BY entry.number
    """,
    "posted-once": f"""
        SELECT format('Entry %%s stands for %%s bank lines.', posted.entry_number, count(*))
        FROM ({_EVERY}) posted
        LEFT JOIN (
            SELECT DISTINCT out_entry, line.id FROM posting_transfer
            CROSS JOIN LATERAL (VALUES (out_line_id), (in_line_id)) AS line (id)
            WHERE book_id = %(book)s AND out_entry = in_entry
        ) paired ON paired.out_entry = posted.entry_number AND paired.id = posted.line_id
        GROUP BY posted.entry_number
        HAVING count(*) > CASE WHEN count(paired.id) = 2 THEN 2 ELSE 1 END ORDER BY posted.entry_number
    """,  # noqa: S608 - composed of the constant above
    "posted-known": """
        SELECT CASE WHEN made.entry_number IS NULL
            THEN format('Bank line %%s is called posted, but no entry stands for it.', made.line_id)
            WHEN made.state <> 'posted'
            THEN format('Entry %%s stands for bank line %%s, which is not called posted.', made.entry_number,
                made.line_id)
            ELSE format('Entry %%s is said to stand for bank line %%s, but the book has no such entry.',
                made.entry_number, made.line_id) END
        FROM classification_classification made
        LEFT JOIN ledger_journalentry entry ON entry.book_id = made.book_id AND entry.number = made.entry_number
        WHERE made.book_id = %(book)s AND (made.state = 'posted' OR made.entry_number IS NOT NULL)
            AND (made.state <> 'posted' OR entry.number IS NULL)
        ORDER BY made.line_id
    """,
    "posted-reversed": f"""
        SELECT format('Entry %%s is reversed by entry %%s, but bank line %%s still points at it otherwise.',
            reversal.reverses_number, reversal.number, posted.line_id)
        FROM ledger_journalentry reversal
        JOIN ({_EVERY}) posted ON posted.entry_number = reversal.reverses_number
        WHERE reversal.book_id = %(book)s AND reversal.reverses_number IS NOT NULL
            AND posted.reversed_by_number IS DISTINCT FROM reversal.number
        ORDER BY reversal.number
    """,  # noqa: S608 - composed of the constant above
    "posted-unreversed": """
        SELECT format('Bank line %%s is said to be taken back from entry %%s by entry %%s, which does not reverse it.',
            posted.line_id, posted.entry_number, posted.reversed_by_number)
        FROM posting_reversedposting posted
        LEFT JOIN ledger_journalentry reversal
            ON reversal.book_id = posted.book_id AND reversal.number = posted.reversed_by_number
            AND reversal.reverses_number = posted.entry_number
        WHERE posted.book_id = %(book)s AND reversal.number IS NULL
        ORDER BY posted.entry_number
    """,
    "posted-account": """
        WITH booked AS (
            -- A private part counts with the part that it was taken of.
            SELECT posted.line_id, min(coalesce(private.account_id, line.account_id)) AS account_id,
                sum(line.amount) AS amount
            FROM classification_classification posted
            JOIN books_book book ON book.id = posted.book_id
            JOIN statements_statementline said ON said.id = posted.line_id AND said.currency = book.base_currency
            JOIN ledger_journalline line
                ON line.book_id = posted.book_id AND line.entry_number = posted.entry_number
                AND line.no <> CASE WHEN posted.is_counterpart THEN 2 ELSE 1 END
            LEFT JOIN posting_privatepart private ON private.book_id = line.book_id
                AND private.entry_number = line.entry_number AND private.no = line.no
            WHERE posted.book_id = %(book)s AND posted.entry_number IS NOT NULL
            GROUP BY posted.line_id, coalesce(private.part_no + 1, line.no)
        ), decided AS (
            SELECT made.line_id, made.account_id, -line.amount AS amount
            FROM classification_classification made
            JOIN books_book book ON book.id = made.book_id
            JOIN statements_statementline line ON line.id = made.line_id AND line.currency = book.base_currency
            WHERE made.book_id = %(book)s AND made.state = 'posted' AND NOT made.is_split
            UNION ALL
            SELECT made.line_id, part.account_id, -part.amount
            FROM classification_classification made
            JOIN books_book book ON book.id = made.book_id
            JOIN statements_statementline line ON line.id = made.line_id AND line.currency = book.base_currency
            JOIN classification_classificationsplit part ON part.classification_id = made.line_id
            WHERE made.book_id = %(book)s AND made.state = 'posted' AND made.is_split
        ), differing AS (
            (SELECT * FROM booked EXCEPT ALL SELECT * FROM decided)
            UNION ALL (SELECT * FROM decided EXCEPT ALL SELECT * FROM booked)
        )
        SELECT DISTINCT ON (line_id)
            format('Bank line %%s is booked otherwise than it was decided about.', line_id)
        FROM differing ORDER BY line_id
    """,
    "posted-foreign": f"""
        {_booked.FOREIGN_EXPECTED}, standing AS (
            SELECT line.entry_number, line.no, line.account_id, line.date, line.currency, line.amount,
                line.base_amount
            FROM (SELECT DISTINCT place FROM priced) posted
            JOIN ledger_journalline line ON line.book_id = %(book)s AND line.entry_number = posted.place
        ), differing AS (
            (SELECT * FROM standing EXCEPT ALL SELECT * FROM written)
            UNION ALL (SELECT * FROM written EXCEPT ALL SELECT * FROM standing)
        )
        SELECT DISTINCT ON (entry_number)
            format('Entry %%s, of a bank line in another currency, is booked otherwise than it was decided about.',
                entry_number)
        FROM differing ORDER BY entry_number
    """,  # noqa: S608 - composed of constants
    "private-part": """
        SELECT format('Entry %%s does not divide its line by the business share of %%s %%%% that it was posted with.',
            private.entry_number, trim_scale(private.share))
        FROM posting_privatepart private
        JOIN books_book book ON book.id = private.book_id
        JOIN ledger_journalline bank ON bank.book_id = private.book_id
            AND bank.entry_number = private.entry_number AND bank.no = 1 AND bank.currency = book.base_currency
        JOIN ledger_journalline line ON line.book_id = private.book_id
            AND line.entry_number = private.entry_number AND line.no = private.no
        LEFT JOIN ledger_journalline business ON business.book_id = private.book_id
            AND business.entry_number = private.entry_number AND business.no = private.part_no + 1
            AND business.no <> private.no
        WHERE private.book_id = %(book)s AND coalesce(business.amount, 0) <> round(
            (coalesce(business.amount, 0) + line.amount) * private.share / 100,
            ledger_minor_digits(book.base_currency))
        ORDER BY private.entry_number
    """,
    "own-share": """
        SELECT DISTINCT ON (made.entry_number)
            format('Entry %%s does not divide its line by the business share of %%s %%%% that the line has.',
                made.entry_number, trim_scale(made.business_share))
        FROM classification_classification made
        JOIN statements_statementline line ON line.id = made.line_id
        CROSS JOIN LATERAL posting_parts_of(made.line_id, true) part
        JOIN ledger_account account ON account.id = part.account_id AND account.type = 'expense'
        WHERE made.book_id = %(book)s AND made.state = 'posted' AND made.business_share < 100
            AND part.share IS NULL AND part.amount <> round(
                part.amount * made.business_share / 100, ledger_minor_digits(line.currency))
        ORDER BY made.entry_number
    """,
    "own-tax-line": """
        WITH decided AS (
            SELECT made.entry_number, 2 AS no, made.tax_line FROM classification_classification made
            WHERE made.book_id = %(book)s AND made.state = 'posted' AND made.tax_line <> ''
            UNION ALL
            SELECT made.entry_number, 1 + row_number() OVER (PARTITION BY made.line_id ORDER BY part.no), part.tax_line
            FROM classification_classification made
            JOIN classification_classificationsplit part ON part.classification_id = made.line_id
            WHERE made.book_id = %(book)s AND made.state = 'posted' AND made.is_split
        ), standing AS (
            SELECT own.entry_number, own.no, own.tax_line FROM posting_owntaxline own
            JOIN classification_classification made
                ON made.book_id = own.book_id AND made.entry_number = own.entry_number
            WHERE own.book_id = %(book)s
        ), differing AS (
            (SELECT * FROM standing EXCEPT SELECT * FROM decided)
            -- Of a part that is private whole nothing stands on a form.
            UNION ALL (SELECT * FROM decided WHERE tax_line <> '' AND NOT EXISTS (
                SELECT FROM posting_privatepart private WHERE private.book_id = %(book)s
                    AND private.entry_number = decided.entry_number AND private.no = decided.no
            ) EXCEPT SELECT * FROM standing)
        )
        SELECT DISTINCT ON (entry_number)
            format('Entry %%s does not say the tax line that its bank line was given.', entry_number)
        FROM differing ORDER BY entry_number
    """,
    "exchange": f"""
        SELECT CASE WHEN exchange.entry_number IS NULL
            THEN format('Entry %%s is in %%s, but no rate is on record for it.', posted.entry_number, booked.currency)
            ELSE format('Entry %%s says %%s for %%s %%s; at %%s of %%s it would be %%s.', posted.entry_number,
                booked.base_amount, booked.amount, booked.currency, trim_scale(exchange.rate), exchange.rate_date,
                coalesce(exchange.stated_amount,
                    round(booked.amount * exchange.rate, ledger_minor_digits(book.base_currency)))) END
        FROM ({_EVERY}) posted
        JOIN books_book book ON book.id = posted.book_id
        JOIN ledger_journalline booked ON booked.book_id = posted.book_id
            AND booked.entry_number = posted.entry_number AND booked.no = 1 AND booked.currency <> book.base_currency
        LEFT JOIN posting_exchange exchange
            ON exchange.book_id = posted.book_id AND exchange.entry_number = posted.entry_number
        LEFT JOIN ledger_exchangerate rate ON rate.id = exchange.exchange_rate_id AND rate.book_id = posted.book_id
        WHERE (booked.base_amount = coalesce(exchange.stated_amount,
                    round(booked.amount * exchange.rate, ledger_minor_digits(book.base_currency)))
                AND (exchange.exchange_rate_id IS NULL OR (rate.rate, rate.date, rate.currency)
                    = (exchange.rate, exchange.rate_date, booked.currency))) IS NOT TRUE
        ORDER BY posted.entry_number
    """,  # noqa: S608 - composed of the constant above
    "currency-balanced": f"""
        SELECT format('Entry %%s is out of balance by %%s %%s.', line.entry_number, sum(line.amount), line.currency)
        FROM ({_EVERY}) posted
        JOIN ledger_journalline line ON line.book_id = posted.book_id AND line.entry_number = posted.entry_number
        GROUP BY line.entry_number, line.currency HAVING sum(line.amount) <> 0
        ORDER BY line.entry_number
    """,  # noqa: S608 - composed of the constant above
    "asked-about": """
        SELECT format('Nobody is asked about bank line %%s: it has no classification.', line.id)
        FROM statements_statementline line
        LEFT JOIN classification_classification made ON made.line_id = line.id AND made.book_id = line.book_id
        WHERE line.book_id = %(book)s AND made.line_id IS NULL
        ORDER BY line.id
    """,
    "opening": """
        SELECT CASE WHEN opening.statement_id IS NULL OR posting_opening_of(opening.book_id, opening.statement_id)
                IS DISTINCT FROM opening.amount
            THEN format('The opening balance %%s of %%s is not what its statement began with.',
                trim_scale(opening.amount), bank.name)
            ELSE format('Entry %%s does not say the opening balance %%s of %%s, or is reversed.', opening.entry_number,
                trim_scale(opening.amount), bank.name) END
        FROM posting_openingbalance opening
        JOIN statements_bankaccount bank ON bank.id = opening.bank_account_id
        LEFT JOIN ledger_journalline moved ON moved.book_id = opening.book_id AND moved.no = 1
            AND moved.entry_number = opening.entry_number AND moved.account_id = bank.ledger_account_id
            AND moved.date = opening.date
        LEFT JOIN ledger_journalentry reversal
            ON reversal.book_id = opening.book_id AND reversal.reverses_number = opening.entry_number
        WHERE opening.book_id = %(book)s AND opening.ended_at IS NULL AND (
            opening.statement_id IS NULL OR reversal.number IS NOT NULL
            OR posting_opening_of(opening.book_id, opening.statement_id) IS DISTINCT FROM opening.amount
            OR opening.amount <> 0 AND moved.amount IS DISTINCT FROM opening.amount
        )
        ORDER BY opening.id
    """,
    "transfer": """
        SELECT format('The transfer of %%s between bank lines %%s and %%s is confirmed, but entries %%s and %%s do not '
            'stand for both.', abs(sent_line.amount), pair.out_line_id, pair.in_line_id, pair.out_entry, pair.in_entry)
        FROM posting_transfer pair
        LEFT JOIN classification_classification sent
            ON sent.book_id = pair.book_id AND sent.line_id = pair.out_line_id AND sent.entry_number = pair.out_entry
        LEFT JOIN classification_classification received ON received.book_id = pair.book_id
            AND received.line_id = pair.in_line_id AND received.entry_number = pair.in_entry
        LEFT JOIN statements_statementline sent_line ON sent_line.id = pair.out_line_id
        LEFT JOIN statements_statementline received_line ON received_line.id = pair.in_line_id
        WHERE pair.book_id = %(book)s AND pair.state = 'confirmed' AND (
            NOT sent.is_counterpart AND received.is_counterpart = (pair.out_entry = pair.in_entry)
            AND sent_line.bank_account_id <> received_line.bank_account_id
            AND (sent_line.currency <> received_line.currency OR sent_line.amount + received_line.amount = 0)
        ) IS NOT TRUE
        UNION ALL
        SELECT format('Entry %%s stands for bank line %%s as the other side of a transfer that nobody confirmed.',
            made.entry_number, made.line_id)
        FROM classification_classification made
        LEFT JOIN posting_transfer pair ON pair.book_id = made.book_id AND pair.in_line_id = made.line_id
            AND pair.in_entry = made.entry_number AND pair.state = 'confirmed'
        WHERE made.book_id = %(book)s AND made.is_counterpart AND pair.id IS NULL
    """,
    "posted-amount": f"""
        SELECT format('Entry %%s moves %%s on the bank account; bank line %%s says %%s.', posted.entry_number,
            coalesce(booked.total, 0), line.id, trim_scale(line.amount))
        FROM ({_EVERY}) posted
        LEFT JOIN (
            SELECT id, book_id, bank_account_id, date, amount FROM statements_statementline
            UNION ALL SELECT id, book_id, bank_account_id, date, amount FROM posting_withdrawnline
        ) line ON line.id = posted.line_id AND line.book_id = posted.book_id
        LEFT JOIN statements_bankaccount bank ON bank.id = line.bank_account_id
        LEFT JOIN LATERAL (
            SELECT sum(amount) AS total FROM ledger_journalline booked
            WHERE booked.book_id = posted.book_id AND booked.entry_number = posted.entry_number
                AND booked.account_id = bank.ledger_account_id AND booked.date = line.date
        ) booked ON true
        WHERE booked.total IS DISTINCT FROM line.amount
        ORDER BY posted.entry_number
    """,  # noqa: S608 - composed of the constant above
}


def problems(*, book: Book) -> list[Problem]:
    """Return what is wrong between bank lines and journal, at most ten of each check; empty when all is well."""
    found = []
    with whole_book_cursor() as cursor:
        for check, query in _CHECKS.items():
            cursor.execute(query, {"book": book.pk})
            found += [Problem(check, sentence) for (sentence,) in cursor.fetchmany(10)]
    return found
