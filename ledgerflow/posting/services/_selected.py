"""Which lines of a set can be posted, and for each other one a sentence why not: the SQL of :mod:`.post`."""

PICKED = """
    CREATE TEMPORARY TABLE IF NOT EXISTS posting_picked (
        line_id bigint NOT NULL, version tid NOT NULL, writer xid NOT NULL, refusal text, place bigint,
        date date NOT NULL, currency varchar(3) NOT NULL, amount numeric(20,4), bank_ledger_id bigint NOT NULL,
        account_id bigint, has_parts boolean NOT NULL, tax_line varchar(40) NOT NULL, rate_id bigint,
        stated numeric(20,4)
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS posting_part (
        place bigint NOT NULL, no bigint NOT NULL, account_id bigint NOT NULL, amount numeric(20,4) NOT NULL,
        tax_line varchar(40) NOT NULL, is_private boolean NOT NULL, part_no bigint NOT NULL,
        of_account_id bigint NOT NULL, share numeric(5,2), said text
    ) ON COMMIT DELETE ROWS
"""
# Whether a private part of the line goes to drawings; most books say nothing of business use, and are not asked.
_IS_SHARED = """
    (SELECT are_said FROM uses)
    AND EXISTS (SELECT FROM posting_parts_of(made.line_id, false) part WHERE part.share IS NOT NULL)
"""
# Why a line in another currency cannot be posted; what stands against a line in any currency comes before it.
_FOREIGN_REFUSAL = """
    CASE
        WHEN NOT EXISTS (SELECT FROM ledger_account WHERE book_id = %(book)s AND role = 'conversion') THEN format(
            'It is in %%s and the book is kept in %%s; make an account with the role Conversion first.',
            line.currency, %(currency)s)
        WHEN given.stated IS NULL AND given.rate_id IS NULL THEN format(
            'There is no rate of %%s for %%s or the %%s days before it; enter one under Accounts, Exchange rates.',
            line.currency, line.date, %(days_good)s)
        WHEN abs(line.amount * (SELECT rate FROM ledger_exchangerate WHERE id = given.rate_id)) >= 1e15
            THEN 'Its amount is too large for the journal.'
        ELSE (
            SELECT CASE WHEN account.is_archived
                THEN format('The account %%s is archived; choose another.', account.code)
                WHEN account.currency NOT IN (line.currency, %(currency)s)
                THEN format('The account %%s is kept in %%s; choose another.', account.code, account.currency) END
            FROM ledger_account account WHERE account.id = made.account_id)
    END
"""
# Why a line cannot be posted, as a sentence; NULL where nothing stands against it.
_REFUSAL = f"""
    CASE
        WHEN made.state = 'posted' THEN 'It is in the journal already.'
        WHEN made.state = 'excluded' THEN 'It is excluded from the books.'
        WHEN made.state = 'matched' THEN 'It is matched with an entry already.'
        WHEN made.state <> 'accepted' THEN 'Nobody has accepted it yet.'
        WHEN %(four_eyes)s AND coalesce(%(poster)s, made.decided_by_id) = made.decided_by_id
            THEN 'Whoever prepared it does not post it in this book; somebody else does.'
        WHEN line.hold = 'proof' THEN 'Its statement does not prove; someone must release its lines first.'
        WHEN line.hold = 'lapsed' THEN 'The bank has booked it otherwise since, or dropped it.'
        WHEN line.hold = 'twin' THEN 'It is here already under another day; see the line that stands for it.'
        WHEN line.hold <> '' THEN 'It may be here already; someone must say so first.'
        WHEN line.is_pending THEN 'The bank has not booked it yet.'
        WHEN line.amount = 0 THEN 'Its amount is zero; there is nothing to post.'
        WHEN line.amount <> round(line.amount, CASE WHEN line.currency = %(currency)s THEN %(digits)s
            ELSE ledger_minor_digits(line.currency) END) THEN format(
            'The bank states %%s, more digits than %%s has; nothing is rounded in silence.',
            trim_scale(line.amount), line.currency)
        WHEN abs(line.amount) >= 1e15 THEN 'Its amount is too large for the journal.'
        WHEN line.date <= %(closed)s::date THEN format(
            'It is dated %%s and the books are closed through %%s.', line.date, %(closed)s::date)
        WHEN %(closed)s::date IS NOT NULL AND (
            SELECT date FROM posting_documentdate WHERE line_id = line.id AND date <> line.date
        ) <= %(closed)s::date THEN format(
            'Its document is of a day of the books that is closed, through %%s; take that date back, or reopen them.',
            %(closed)s::date)
        WHEN line.date <= %(locked)s::date THEN format(
            'It is dated %%s and the books are locked through %%s; an owner or reviewer may post it.',
            line.date, %(locked)s::date)
        WHEN line.date <= bank.reconciled_through THEN format(
            'It is dated %%s and its bank account is reconciled through %%s; reopen the reconciliation first.',
            line.date, bank.reconciled_through)
        WHEN bank.ledger_account_id = made.account_id THEN 'Its account is the bank account itself; choose another.'
        WHEN bank.is_archived OR bank.currency <> line.currency THEN format(
            'The account %%s of the bank account is archived or kept in another currency.', bank.code)
        WHEN made.is_split AND EXISTS (
            SELECT FROM classification_classificationsplit part
            JOIN ledger_account used ON used.id = part.account_id
            WHERE part.classification_id = made.line_id
                AND (used.is_archived OR used.currency NOT IN (line.currency, %(currency)s))
        ) THEN 'The account of a part is archived or kept in another currency; choose another.'
        WHEN shared.is_shared AND NOT EXISTS (
            SELECT FROM ledger_account WHERE book_id = %(book)s AND role = 'drawings' AND NOT is_archived
        ) THEN 'A part of it is private, and the book has no account for drawings; make one with that role first.'
        WHEN line.currency <> %(currency)s THEN {_FOREIGN_REFUSAL}
        WHEN made.account_id = ANY(unfit.accounts) THEN (
            SELECT CASE WHEN account.is_archived
                THEN format('The account %%s is archived; choose another.', account.code)
                ELSE format('The account %%s is kept in %%s; choose another.', account.code, account.currency) END
            FROM ledger_account account WHERE account.id = made.account_id)
    END
"""  # noqa: S608 - composed of the constant above
# Few accounts are unfit for lines in the book's currency: they are found once for a set, not looked up for each line.
# Whether anything is said of business use is read together with the lines, so that a first share cannot come between.
_ACCOUNTS = """
    WITH unfit AS MATERIALIZED (
        SELECT coalesce(array_agg(id), '{{}}') AS accounts FROM ledger_account
        WHERE book_id = %(book)s AND (is_archived OR currency <> %(currency)s)
    ), bank AS MATERIALIZED (
        SELECT bank.id, bank.ledger_account_id, bank.reconciled_through, account.code, account.currency,
            account.is_archived
        FROM statements_bankaccount bank JOIN ledger_account account ON account.id = bank.ledger_account_id
        WHERE bank.book_id = %(book)s
    ), uses AS MATERIALIZED (
        SELECT EXISTS (SELECT FROM classification_businessuse WHERE book_id = %(book)s) OR EXISTS (
            SELECT FROM classification_classification WHERE book_id = %(book)s AND business_share IS NOT NULL
        ) AS are_said
    )
"""
# What the bank stated goes before a rate, and a person's rate before a file's of the same day. Both are looked up for
# lines in another currency only.
_STATED = """
    SELECT CASE WHEN line.currency <> %(currency)s THEN
        posting_bank_amount(line.id) END AS stated
"""
_RATE = """
    SELECT CASE WHEN line.currency <> %(currency)s AND stated.stated IS NULL THEN (
        SELECT rate.id FROM ledger_exchangerate rate
        WHERE rate.book_id = %(book)s AND rate.currency = line.currency AND rate.replaced_at IS NULL
            AND rate.date BETWEEN line.date - %(days_good)s AND line.date
        ORDER BY rate.date DESC, rate.source = 'file' LIMIT 1) END AS rate_id, stated.stated
"""
_ROWS = f"""
    FROM classification_classification made
    JOIN statements_statementline line ON line.id = made.line_id
    JOIN bank ON bank.id = line.bank_account_id
    CROSS JOIN unfit
    CROSS JOIN LATERAL ({_STATED}) stated
    CROSS JOIN LATERAL ({_RATE}) given
    CROSS JOIN LATERAL (SELECT {_IS_SHARED} AS is_shared) shared
    WHERE made.book_id = %(book)s AND made.line_id > %(after)s
"""
LOCKING = "FOR UPDATE OF made"
ACCEPTED = " AND made.state = 'accepted'"
THESE = " AND made.line_id = ANY(%(lines)s::bigint[])"
PICK = f"""
    {_ACCOUNTS}
    INSERT INTO pg_temp.posting_picked (line_id, version, writer, refusal, date, currency, bank_ledger_id, account_id,
        has_parts, tax_line, amount, place, rate_id, stated)
    SELECT line_id, version, writer, refusal, date, currency, ledger_account_id, account_id, has_parts, tax_line,
        CASE WHEN refusal IS NULL THEN amount END,
        CASE WHEN refusal IS NULL THEN row_number() OVER (PARTITION BY refusal IS NULL ORDER BY date, line_id) END,
        rate_id, stated
    FROM (
        SELECT made.line_id, made.ctid AS version, made.xmin AS writer, {_REFUSAL} AS refusal, line.date, line.currency,
            line.amount, bank.ledger_account_id, made.account_id, made.is_split OR shared.is_shared AS has_parts,
            made.tax_line, given.rate_id, given.stated
        {_ROWS} {{which}}
        ORDER BY made.line_id LIMIT %(size)s {{locking}}
    ) picked
"""  # noqa: S608 - composed of the constants above
OUTCOME = """
    SELECT count(place), count(*), max(line_id), coalesce(bool_or(has_parts), false),
        coalesce(bool_or(has_parts OR tax_line <> ''), false),
        coalesce(bool_or(currency <> %(currency)s AND place IS NOT NULL), false)
    FROM pg_temp.posting_picked
"""
REFUSED = "SELECT line_id, refusal FROM pg_temp.posting_picked WHERE refusal IS NOT NULL ORDER BY line_id"
