"""What the entries of picked lines say: the SQL of :mod:`.post`.

The bank's ledger account gets the line's amount, the account or the parts of the line get the opposite: those that the
classification says, the private part of each of them behind them.

A line in another currency is worth, in the book's own, what the bank stated or else its amount at the rate, rounded
half up (away from zero) to the digits of the book's currency. Its parts share that worth: all parts up to one are worth
their share of the whole, rounded half up, and that part is worth what it adds to the ones before. So no cent is lost,
and the parts add up.

A part whose account is kept in the line's currency stays in it. The others are in the book's currency, and what
they add up to goes through the conversion account in both currencies, so that each adds up to zero by itself.
"""

PARTS = """
    INSERT INTO pg_temp.posting_part
        (place, no, account_id, amount, tax_line, is_private, part_no, of_account_id, share, said)
    SELECT picked.place, part.* FROM pg_temp.posting_picked picked
    CROSS JOIN LATERAL posting_parts_of(picked.line_id, false) part
    WHERE picked.place IS NOT NULL AND picked.has_parts
"""
ENTRIES = """
    SELECT place, date, 1 + CASE WHEN has_parts THEN (
        SELECT count(*) FROM pg_temp.posting_part part WHERE part.place = picked.place
    ) ELSE 1 END, NULL::bigint
    FROM pg_temp.posting_picked picked WHERE place IS NOT NULL ORDER BY place
"""
LINES = """
    SELECT place, no, account_id, date, currency, amount, amount FROM (
        SELECT place, 1, bank_ledger_id, date, currency, amount
        FROM pg_temp.posting_picked WHERE place IS NOT NULL
        UNION ALL
        SELECT place, 2, account_id, date, currency, (-amount)::numeric(20,4)
        FROM pg_temp.posting_picked WHERE place IS NOT NULL AND NOT has_parts
        UNION ALL
        SELECT part.place, 1 + part.no, part.account_id, date, currency, (-part.amount)::numeric(20,4)
        FROM pg_temp.posting_part part JOIN pg_temp.posting_picked picked ON picked.place = part.place
    ) AS line (place, no, account_id, date, currency, amount)
"""
_KEPT = """
    kept AS MATERIALIZED (
        SELECT book.base_currency AS base, ledger_minor_digits(book.base_currency) AS digits,
            conversion.id AS conversion_id
        FROM books_book book
        LEFT JOIN ledger_account conversion ON conversion.book_id = book.id AND conversion.role = 'conversion'
        WHERE book.id = %(book)s
    )
"""
_PRICED = """
    priced AS MATERIALIZED (
        SELECT picked.place, picked.line_id, picked.date, picked.currency, picked.amount, picked.bank_ledger_id,
            picked.account_id, picked.has_parts, CASE WHEN picked.currency = kept.base THEN picked.amount
                ELSE coalesce(picked.stated, round(picked.amount * rate.rate, kept.digits)) END AS base_amount
        FROM pg_temp.posting_picked picked CROSS JOIN kept
        LEFT JOIN ledger_exchangerate rate ON rate.book_id = %(book)s AND rate.id = picked.rate_id
        WHERE picked.place IS NOT NULL
    )
"""
_PICKED_PARTS = """
            SELECT part.no, part.account_id, part.amount FROM pg_temp.posting_part part
            WHERE part.place = priced.place
"""
# As what was recorded of private parts divides them.
_POSTED_PARTS = """
            SELECT part.no, part.account_id, part.amount FROM posting_parts_of(priced.line_id, true) part
            WHERE priced.has_parts
"""
_PARTS = """
    shared AS (
        SELECT priced.place, priced.date, priced.currency, given.no, given.account_id, given.amount,
            round(sum(given.amount) OVER (PARTITION BY priced.place ORDER BY given.no) * priced.base_amount
                / priced.amount, kept.digits) AS base_through,
            priced.currency <> kept.base AND account.currency IS DISTINCT FROM priced.currency AS is_converted
        FROM priced CROSS JOIN kept
        CROSS JOIN LATERAL (
            SELECT 1 AS no, priced.account_id AS account_id, priced.amount AS amount WHERE NOT priced.has_parts
            UNION ALL {parts}
        ) given
        JOIN ledger_account account ON account.id = given.account_id
    ), part AS MATERIALIZED (
        SELECT place, date, currency, no, account_id, amount, is_converted,
            base_through - lag(base_through, 1, 0::numeric) OVER (PARTITION BY place ORDER BY no) AS base_amount
        FROM shared
    )
"""
_LINES_OF_PRICED = f"""
    {_PARTS}, converted AS MATERIALIZED (
        SELECT place, date, currency, max(no) AS parts, sum(amount) FILTER (WHERE is_converted) AS amount,
            sum(base_amount) FILTER (WHERE is_converted) AS base_amount
        FROM part GROUP BY place, date, currency HAVING bool_or(is_converted)
    ), written (place, no, account_id, date, currency, amount, base_amount) AS (
        SELECT place, 1, bank_ledger_id, date, currency, amount, base_amount FROM priced
        UNION ALL
        SELECT place, 1 + no, account_id, date, CASE WHEN is_converted THEN base ELSE currency END,
            CASE WHEN is_converted THEN -base_amount ELSE -amount END, -base_amount
        FROM part CROSS JOIN kept
        UNION ALL
        SELECT place, parts + 2, conversion_id, date, currency, -amount, -base_amount FROM converted CROSS JOIN kept
        UNION ALL
        SELECT place, parts + 3, conversion_id, date, base, base_amount, base_amount FROM converted CROSS JOIN kept
    )
"""  # noqa: S608 - composed of the constant above
# The same for a set with lines in other currencies.
FOREIGN_ENTRIES = f"""
    WITH {_KEPT}, {_PRICED}, {_PARTS.format(parts=_PICKED_PARTS)}
    SELECT place, min(date), 1 + count(*) + CASE WHEN bool_or(is_converted) THEN 2 ELSE 0 END, NULL::bigint
    FROM part GROUP BY place ORDER BY place
"""  # noqa: S608 - composed of the constants above
FOREIGN_LINES = f"""
    WITH {_KEPT}, {_PRICED}, {_LINES_OF_PRICED.format(parts=_PICKED_PARTS)}
    SELECT place, no, account_id, date, currency, amount, base_amount FROM written
"""  # noqa: S608 - composed of the constants above
# What the entries of lines in other currencies should say, made anew from the decisions and the worth of each line.
FOREIGN_EXPECTED = f"""
    WITH {_KEPT}, priced AS MATERIALIZED (
        SELECT made.entry_number AS place, made.line_id, line.date, line.currency, line.amount,
            bank.ledger_account_id AS bank_ledger_id, made.account_id, booked.base_amount,
            made.is_split OR EXISTS (
                SELECT FROM posting_privatepart private
                WHERE private.book_id = made.book_id AND private.entry_number = made.entry_number
            ) AS has_parts
        FROM classification_classification made
        CROSS JOIN kept
        JOIN statements_statementline line ON line.id = made.line_id AND line.currency <> kept.base
        JOIN statements_bankaccount bank ON bank.id = line.bank_account_id
        JOIN ledger_journalline booked
            ON booked.book_id = made.book_id AND booked.entry_number = made.entry_number AND booked.no = 1
        WHERE made.book_id = %(book)s AND made.state = 'posted' AND line.amount <> 0
    ), {_LINES_OF_PRICED.format(parts=_POSTED_PARTS)}
"""  # noqa: S608 - composed of the constants above
EXCHANGES = """
    INSERT INTO posting_exchange (book_id, entry_number, exchange_rate_id, rate, rate_date, stated_amount)
    SELECT %(book)s, %(first)s + picked.place - 1, picked.rate_id,
        coalesce(rate.rate, round(picked.stated / picked.amount, 12)), coalesce(rate.date, picked.date), picked.stated
    FROM pg_temp.posting_picked picked
    LEFT JOIN ledger_exchangerate rate ON rate.book_id = %(book)s AND rate.id = picked.rate_id
    WHERE picked.place IS NOT NULL AND picked.currency <> %(currency)s
"""
# The first part is on the second line of its entry, whatever currency it is in.
OWN_TAX_LINES = """
    INSERT INTO posting_owntaxline (book_id, entry_number, no, tax_line)
    SELECT %(book)s, %(first)s + place - 1, 2, tax_line FROM pg_temp.posting_picked
    WHERE place IS NOT NULL AND NOT has_parts AND tax_line <> ''
    UNION ALL
    SELECT %(book)s, %(first)s + place - 1, 1 + no, tax_line FROM pg_temp.posting_part WHERE tax_line <> ''
"""
PRIVATE_PARTS = """
    INSERT INTO posting_privatepart (book_id, entry_number, no, part_no, account_id, share, said)
    SELECT %(book)s, %(first)s + place - 1, 1 + no, part_no, of_account_id, share, said
    FROM pg_temp.posting_part WHERE is_private
"""
# Each row is found where it was read and marked only if it is the version that was read, so that no line need be locked
# before. In the order in which everyone locks lines; as arrays, so that the planner goes from row to row however many
# other lines there are.
MARK = """
    UPDATE classification_classification made SET state = 'posted', entry_number = %(first)s + picked.place - 1
    FROM (
        SELECT array_agg(version) AS versions, array_agg(writer) AS writers, array_agg(place) AS places
        FROM (SELECT * FROM pg_temp.posting_picked WHERE place IS NOT NULL ORDER BY line_id) AS ordered
    ) AS taken, unnest(versions, writers, places) AS picked (version, writer, place)
    WHERE made.ctid = picked.version AND made.xmin = picked.writer
"""
