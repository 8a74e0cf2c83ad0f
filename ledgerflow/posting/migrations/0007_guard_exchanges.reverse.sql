DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON posting_exchange, posting_revaluedbalance, posting_statedamount TO lf_app;
    END IF;
END
$$;
DROP TRIGGER posting_2_keep_revalued ON posting_revaluedbalance;
DROP TRIGGER posting_1_check_revalued ON posting_revaluedbalance;
DROP FUNCTION posting_check_revalued();
DROP TRIGGER posting_forget_stated ON statements_statementline;
DROP FUNCTION posting_forget_stated();
DROP TRIGGER posting_check_stated ON posting_statedamount;
DROP FUNCTION posting_check_stated();
DROP TRIGGER posting_2_keep_exchanges ON posting_exchange;
DROP TRIGGER posting_1_check_exchanges ON posting_exchange;
DROP FUNCTION posting_check_exchanges();

-- The function runs as its owner, because lf_app may not write the record of what was reversed.
--
-- Plans are kept for the session, whether the first set had one row or five thousand: looking each bank line up by
-- index, and joining by hash what is in one range of the journal's key, are good for both. Hence the settings of the
-- planner and the OFFSET 0. NOT IN and IN are hashed, so that sets are compared in one pass.
CREATE OR REPLACE FUNCTION posting_check_links() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_nestloop = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    linked record;
    unlinked record;
    recorded bigint;
BEGIN
    FOR linked IN
        SELECT book_id, min(entry_number) AS first_number, max(entry_number) AS last_number FROM fresh
        WHERE state = 'posted' AND line_id NOT IN (SELECT line_id FROM old_rows WHERE state = 'posted')
        GROUP BY book_id ORDER BY book_id
    LOOP
        -- Whoever reverses one of the entries meanwhile waits, or was first.
        PERFORM FROM ledger_lock(linked.book_id);
        IF EXISTS (
            SELECT FROM fresh
            LEFT JOIN LATERAL (
                SELECT said.bank_account_id, said.date, said.amount, said.currency
                FROM statements_statementline said
                WHERE said.id = fresh.line_id AND said.book_id = fresh.book_id AND said.hold = '' AND NOT said.is_pending
                OFFSET 0
            ) line ON true
            LEFT JOIN statements_bankaccount bank
                ON bank.book_id = linked.book_id AND bank.id = line.bank_account_id
            LEFT JOIN ledger_journalline booked
                ON booked.book_id = linked.book_id AND booked.entry_number = fresh.entry_number AND booked.no = 1
                AND booked.entry_number BETWEEN linked.first_number AND linked.last_number
            WHERE fresh.book_id = linked.book_id AND fresh.state = 'posted'
                AND fresh.line_id NOT IN (SELECT line_id FROM old_rows WHERE state = 'posted')
                AND (
                    booked.account_id = bank.ledger_account_id AND booked.amount = line.amount
                    AND booked.currency = line.currency AND booked.date = line.date
                ) IS NOT TRUE
        ) THEN
            RAISE 'A line is posted by an entry that says what it says, and is neither held back nor pending.'
                USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (
            SELECT FROM ledger_journalentry
            WHERE book_id = linked.book_id AND reverses_number BETWEEN linked.first_number AND linked.last_number
                AND (reverses_number IN (SELECT entry_number FROM fresh WHERE book_id = linked.book_id)) IS TRUE
        ) THEN
            RAISE 'An entry that is reversed stands for no line.' USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;

    FOR unlinked IN
        SELECT book_id, min(entry_number) AS first_number, max(entry_number) AS last_number, count(*) AS lines
        FROM old_rows
        WHERE state = 'posted' AND line_id NOT IN (SELECT line_id FROM fresh WHERE state = 'posted')
        GROUP BY book_id ORDER BY book_id
    LOOP
        INSERT INTO posting_reversedposting (book_id, entry_number, line_id, reversed_by_number)
        SELECT posted.book_id, posted.entry_number, posted.line_id, reversal.number
        FROM old_rows posted
        JOIN ledger_journalentry reversal
            ON reversal.book_id = unlinked.book_id AND reversal.reverses_number = posted.entry_number
            AND reversal.reverses_number BETWEEN unlinked.first_number AND unlinked.last_number
        WHERE posted.book_id = unlinked.book_id AND posted.state = 'posted'
            AND posted.line_id NOT IN (SELECT line_id FROM fresh WHERE state = 'posted');
        GET DIAGNOSTICS recorded = ROW_COUNT;
        IF recorded <> unlinked.lines THEN
            RAISE 'A posted line goes back to review only when its entry is reversed.'
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
