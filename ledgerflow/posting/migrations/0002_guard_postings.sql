-- A posting says which bank line an entry came from. It is never deleted; being reversed is written once.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON posting_posting FROM lf_app;
        GRANT UPDATE (reversed_by_number) ON posting_posting TO lf_app;
    END IF;
END
$$;

-- Plans are kept for the session, whether the first set had one row or five thousand: looking each row up by index is
-- good for both, hence the settings of the planner.
CREATE FUNCTION posting_check_new() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh
        LEFT JOIN statements_statementline line ON line.id = fresh.line_id AND line.book_id = fresh.book_id
        LEFT JOIN statements_bankaccount bank ON bank.id = line.bank_account_id
        LEFT JOIN ledger_journalline booked
            ON booked.book_id = fresh.book_id AND booked.entry_number = fresh.entry_number AND booked.no = 1
        WHERE (
            booked.account_id = bank.ledger_account_id AND booked.amount = line.amount
            AND booked.currency = line.currency AND booked.date = line.date AND fresh.reversed_by_number IS NULL
        ) IS NOT TRUE
    ) THEN
        RAISE 'An entry does not say what its bank line says.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_1_check_new AFTER INSERT ON posting_posting
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION posting_check_new();

CREATE FUNCTION posting_check_reversed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.book_id, NEW.entry_number, NEW.line_id) IS DISTINCT FROM (OLD.book_id, OLD.entry_number, OLD.line_id)
        OR OLD.reversed_by_number IS NOT NULL
        OR NOT EXISTS (
            SELECT FROM ledger_journalentry
            WHERE book_id = NEW.book_id AND number = NEW.reversed_by_number AND reverses_number = NEW.entry_number
        )
    THEN
        RAISE 'A posting changes once: to name the entry that reverses it.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER posting_2_check_reversed BEFORE UPDATE ON posting_posting
    FOR EACH ROW EXECUTE FUNCTION posting_check_reversed();

CREATE FUNCTION posting_refuse() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE 'Postings stay; reverse the entry instead.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER posting_3_refuse BEFORE DELETE OR TRUNCATE ON posting_posting
    FOR EACH STATEMENT EXECUTE FUNCTION posting_refuse();

-- A line is called posted exactly while an unreversed entry stands for it.
CREATE FUNCTION posting_check_state() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh WHERE fresh.state = 'posted' AND NOT EXISTS (
            SELECT FROM posting_posting live
            WHERE live.line_id = fresh.line_id AND live.book_id = fresh.book_id AND live.reversed_by_number IS NULL
        )
    ) THEN
        RAISE 'A line is posted by an entry, not by a word.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_4_check_state AFTER UPDATE ON classification_classification
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION posting_check_state();
CREATE TRIGGER posting_5_refuse_posted BEFORE INSERT ON classification_classification FOR EACH ROW
    WHEN (NEW.state = 'posted')
    EXECUTE FUNCTION classification_refuse('A line is posted by an entry, not by a word.');

CREATE FUNCTION posting_check_left() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM posting_posting WHERE line_id = OLD.line_id AND reversed_by_number IS NULL) THEN
        RAISE 'A posted line goes back to review only when its entry is reversed.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER posting_6_check_left BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN (OLD.state = 'posted' AND NEW.state <> 'posted') EXECUTE FUNCTION posting_check_left();

-- What the bank said stays while the journal points at it, or is kept as a withdrawn line. A suggestion that nobody
-- has taken goes with its line. Each half of the question about postings has an index of its own.
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
            SELECT FROM posting_posting posted WHERE posted.line_id = old_rows.id AND reversed_by_number IS NULL
        ) OR EXISTS (
            SELECT FROM posting_posting posted WHERE posted.line_id = old_rows.id AND reversed_by_number IS NOT NULL
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
    IF EXISTS (SELECT FROM posting_posting WHERE line_id = OLD.id AND reversed_by_number IS NULL)
        OR EXISTS (SELECT FROM posting_posting WHERE line_id = OLD.id AND reversed_by_number IS NOT NULL)
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
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON posting_withdrawnline FROM lf_app;
    END IF;
END
$$;
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
                SELECT FROM posting_posting live WHERE live.line_id = fresh.id AND live.reversed_by_number IS NULL
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
