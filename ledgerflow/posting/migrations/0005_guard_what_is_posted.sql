-- A line is called posted exactly while an unreversed entry stands for it, which says what the bank line says. The
-- classification names that entry: PostgreSQL's constraints keep one entry a line and one line an entry, the triggers
-- here everything else. What compares a row with itself stands in the condition of a trigger and costs no look-up.
CREATE TRIGGER posting_1_refuse_posted BEFORE INSERT ON classification_classification FOR EACH ROW
    WHEN (NEW.state = 'posted')
    EXECUTE FUNCTION classification_refuse('A line is posted by an entry, once it is accepted.');
CREATE TRIGGER posting_2_check_state BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN (NEW.state = 'posted' AND OLD.state <> 'accepted'
        AND (OLD.state <> 'posted' OR NEW.entry_number IS DISTINCT FROM OLD.entry_number))
    EXECUTE FUNCTION classification_refuse('An accepted line is posted, and keeps its entry until that is reversed.');

-- The function runs as its owner, because lf_app may not write the record of what was reversed.
--
-- Plans are kept for the session, whether the first set had one row or five thousand: looking each bank line up by
-- index, and joining by hash what is in one range of the journal's key, are good for both. Hence the settings of the
-- planner and the OFFSET 0. NOT IN and IN are hashed, so that sets are compared in one pass.
CREATE FUNCTION posting_check_links() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
CREATE TRIGGER posting_3_check_links AFTER UPDATE ON classification_classification
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION posting_check_links();

-- What was reversed is recorded by that function alone, and stays.
CREATE FUNCTION posting_refuse() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE 'What was posted, reversed or withdrawn stays on record as it is.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER posting_4_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON posting_reversedposting
    FOR EACH STATEMENT EXECUTE FUNCTION posting_refuse();
CREATE TRIGGER posting_5_is_recorded BEFORE INSERT ON posting_reversedposting
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION posting_refuse();

-- What the bank said stays while the journal points at it, or is kept as a withdrawn line. A suggestion that nobody
-- has taken goes with its line; any other classification, such as that of a posted line, keeps it.
CREATE FUNCTION posting_keep_lines() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    DELETE FROM classification_changedline kept
        USING classification_classification made, old_rows
        WHERE made.line_id = old_rows.id AND made.state = 'open' AND kept.line_id = made.line_id;
    DELETE FROM classification_classificationsplit part
        USING classification_classification made, old_rows
        WHERE made.line_id = old_rows.id AND made.state = 'open' AND part.classification_id = made.line_id;
    DELETE FROM classification_classification made
        USING old_rows WHERE made.line_id = old_rows.id AND made.state = 'open';
    IF EXISTS (
        SELECT FROM old_rows WHERE EXISTS (
            SELECT FROM classification_classification made WHERE made.line_id = old_rows.id
        ) OR EXISTS (
            SELECT FROM posting_reversedposting posted WHERE posted.line_id = old_rows.id
        ) AND NOT EXISTS (
            SELECT FROM posting_withdrawnline kept WHERE kept.id = old_rows.id AND kept.book_id = old_rows.book_id
        )
    ) THEN
        RAISE 'A bank line that somebody decided about or that was ever posted is not deleted.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_keep_lines AFTER DELETE ON statements_statementline
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION posting_keep_lines();

CREATE FUNCTION posting_keep_line() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM classification_classification WHERE line_id = OLD.id AND state = 'posted')
        OR EXISTS (SELECT FROM posting_reversedposting WHERE line_id = OLD.id)
    THEN
        RAISE 'A bank line that was ever posted keeps its book, account, date and amount.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER posting_keep_line BEFORE UPDATE OF id, book_id, bank_account_id, date, amount, currency
    ON statements_statementline FOR EACH ROW
    WHEN ((OLD.id, OLD.book_id, OLD.bank_account_id, OLD.date, OLD.amount, OLD.currency)
        IS DISTINCT FROM (NEW.id, NEW.book_id, NEW.bank_account_id, NEW.date, NEW.amount, NEW.currency))
    EXECUTE FUNCTION posting_keep_line();

-- A withdrawn line says what the bank line says while that is still there, and never changes.
ALTER TABLE posting_withdrawnline
    ADD CONSTRAINT posting_withdrawn_account_in_book FOREIGN KEY (book_id, bank_account_id)
        REFERENCES statements_bankaccount (book_id, id),
    ADD CONSTRAINT posting_withdrawn_document_in_book FOREIGN KEY (book_id, document_id)
        REFERENCES documents_document (book_id, id);
CREATE FUNCTION posting_check_withdrawn() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh
        LEFT JOIN statements_statementline line ON line.id = fresh.id
        WHERE (line.book_id, line.bank_account_id, line.date, line.amount, line.currency, line.description)
            IS DISTINCT FROM
            (fresh.book_id, fresh.bank_account_id, fresh.date, fresh.amount, fresh.currency, fresh.description)
            OR EXISTS (
                SELECT FROM classification_classification made WHERE made.line_id = fresh.id AND made.state = 'posted'
            )
    ) THEN
        RAISE 'A withdrawn line says what a bank line says whose entries are all reversed.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_check_withdrawn AFTER INSERT ON posting_withdrawnline
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION posting_check_withdrawn();
CREATE TRIGGER posting_keep_withdrawn BEFORE UPDATE OR DELETE OR TRUNCATE ON posting_withdrawnline
    FOR EACH STATEMENT EXECUTE FUNCTION posting_refuse();

REVOKE EXECUTE ON FUNCTION posting_check_links() FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION posting_check_links() FROM lf_app;
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON posting_reversedposting FROM lf_app;
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON posting_withdrawnline FROM lf_app;
    END IF;
END
$$;
