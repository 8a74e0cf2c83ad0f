-- An opening balance is what its statement says, and its entry says the same. It ends with the reversal of that entry.
ALTER TABLE posting_openingbalance
    ADD CONSTRAINT posting_opening_account_in_book FOREIGN KEY (book_id, bank_account_id)
        REFERENCES statements_bankaccount (book_id, id),
    ADD CONSTRAINT posting_opening_document_in_book FOREIGN KEY (book_id, document_id)
        REFERENCES documents_document (book_id, id),
    ADD CONSTRAINT posting_opening_statement_in_book FOREIGN KEY (book_id, statement_id)
        REFERENCES statements_statement (book_id, id) ON DELETE SET NULL (statement_id),
    ADD CONSTRAINT posting_opening_by_entry FOREIGN KEY (book_id, entry_number)
        REFERENCES ledger_journalentry (book_id, number),
    ADD CONSTRAINT posting_opening_ended_by_entry FOREIGN KEY (book_id, reversed_by_number)
        REFERENCES ledger_journalentry (book_id, number);

-- What a statement begins with: as it states, else its closing balance without its booked lines, else what its printed
-- balances lead back to. NULL where it does not tell.
--
-- Printed balances form a chain: each stands behind one line and before the next. So of all balances before lines the one
-- that stands behind no line is the beginning. It shows in the first days whose lines do not add up to zero, in whatever
-- order the file lists them.
CREATE FUNCTION posting_opening_of(the_book bigint, the_statement bigint) RETURNS numeric LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    said statements_statement;
    booked numeric;
    through date;
    found numeric[];
BEGIN
    SELECT * INTO said FROM statements_statement WHERE book_id = the_book AND id = the_statement;
    IF said.opening_balance IS NOT NULL OR said.id IS NULL THEN
        RETURN said.opening_balance;
    END IF;
    IF said.closing_balance IS NOT NULL THEN
        SELECT coalesce(sum(line.amount), 0) INTO booked
        FROM statements_sighting shown JOIN statements_statementline line ON line.id = shown.line_id
        WHERE shown.book_id = the_book AND shown.statement_id = the_statement AND NOT shown.is_pending;
        RETURN said.closing_balance - booked;
    END IF;
    SELECT date INTO through FROM (
        SELECT line.date, sum(sum(line.amount)) OVER (ORDER BY line.date) AS moved
        FROM statements_sighting shown JOIN statements_statementline line ON line.id = shown.line_id
        WHERE shown.book_id = the_book AND shown.statement_id = the_statement AND NOT shown.is_pending
        GROUP BY line.date
    ) day WHERE moved <> 0 ORDER BY date LIMIT 1;
    WITH first_lines AS (
        SELECT shown.balance, line.amount
        FROM statements_sighting shown JOIN statements_statementline line ON line.id = shown.line_id
        WHERE shown.book_id = the_book AND shown.statement_id = the_statement AND NOT shown.is_pending
            AND line.date <= through
    )
    SELECT array_agg(before) INTO found
    FROM (SELECT balance - amount AS before FROM first_lines EXCEPT ALL SELECT balance FROM first_lines) chain
    WHERE NOT EXISTS (SELECT FROM first_lines WHERE balance IS NULL);
    RETURN CASE WHEN cardinality(found) = 1 THEN found[1] END;
END $$;

CREATE FUNCTION posting_check_opening() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Whoever reverses the entry or undoes the import meanwhile waits, or was first.
    PERFORM FROM ledger_lock(NEW.book_id);
    IF NEW.ended_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM statements_statement said
        WHERE said.book_id = NEW.book_id AND said.id = NEW.statement_id AND said.bank_account_id = NEW.bank_account_id
            AND said.document_id = NEW.document_id AND said.currency = NEW.currency AND said.proof <> 'DISCREPANCY'
            AND least(said.complete_from, said.first_date) - 1 = NEW.date
            AND posting_opening_of(NEW.book_id, NEW.statement_id) = NEW.amount
    ) THEN
        RAISE 'An opening balance is what a statement of the bank account says that it began with.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.amount <> 0 AND NOT EXISTS (
        SELECT FROM ledger_journalentry entry
        JOIN ledger_postingbatch batch ON batch.book_id = entry.book_id AND batch.no = entry.batch_no
        JOIN statements_bankaccount bank ON bank.book_id = entry.book_id AND bank.id = NEW.bank_account_id
        JOIN ledger_journalline moved ON moved.book_id = entry.book_id AND moved.entry_number = entry.number
            AND moved.no = 1 AND moved.account_id = bank.ledger_account_id
        JOIN ledger_journalline against ON against.book_id = entry.book_id AND against.entry_number = entry.number
            AND against.no = 2
        JOIN ledger_account account ON account.book_id = entry.book_id AND account.id = against.account_id
        WHERE entry.book_id = NEW.book_id AND entry.number = NEW.entry_number AND entry.date = NEW.date
            AND entry.line_count = 2 AND batch.source = 'opening' AND account.role = 'opening'
            AND moved.amount = NEW.amount AND moved.currency = NEW.currency
            AND NOT EXISTS (
                SELECT FROM ledger_journalentry reversal
                WHERE reversal.book_id = entry.book_id AND reversal.reverses_number = entry.number
            )
    ) THEN
        RAISE 'The entry of an opening balance says what it says, and is not reversed.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER posting_1_check_opening BEFORE INSERT ON posting_openingbalance
    FOR EACH ROW EXECUTE FUNCTION posting_check_opening();

-- It changes once, when it ends; after that only its statement may go.
CREATE FUNCTION posting_end_opening() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.book_id, NEW.bank_account_id, NEW.document_id, NEW.date, NEW.amount, NEW.currency,
            NEW.entry_number, NEW.posted_by_id, NEW.posted_at)
        IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.bank_account_id, OLD.document_id, OLD.date, OLD.amount,
            OLD.currency, OLD.entry_number, OLD.posted_by_id, OLD.posted_at)
        OR OLD.ended_at IS NOT NULL
            AND (NEW.reversed_by_number, NEW.ended_by_id, NEW.ended_at, NEW.end_reason)
                IS DISTINCT FROM (OLD.reversed_by_number, OLD.ended_by_id, OLD.ended_at, OLD.end_reason)
        OR NEW.statement_id IS DISTINCT FROM OLD.statement_id AND (
            NEW.statement_id IS NOT NULL
            OR EXISTS (SELECT FROM statements_statement WHERE book_id = OLD.book_id AND id = OLD.statement_id)
        )
        OR NEW.reversed_by_number IS NOT NULL AND NOT EXISTS (
            SELECT FROM ledger_journalentry
            WHERE book_id = NEW.book_id AND number = NEW.reversed_by_number AND reverses_number = NEW.entry_number
        )
    THEN
        RAISE 'An opening balance stays as it is until its entry is reversed.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER posting_2_end_opening BEFORE UPDATE ON posting_openingbalance
    FOR EACH ROW EXECUTE FUNCTION posting_end_opening();
CREATE TRIGGER posting_3_keep_opening BEFORE DELETE OR TRUNCATE ON posting_openingbalance
    FOR EACH STATEMENT EXECUTE FUNCTION posting_refuse();

-- Entry and row come one after the other, so what ties them is looked at when the transaction commits.
CREATE FUNCTION posting_opening_is_named() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.entry_count <> (
        SELECT count(*) FROM posting_openingbalance
        WHERE book_id = NEW.book_id
            AND entry_number BETWEEN NEW.first_number AND NEW.first_number + NEW.entry_count - 1
    ) THEN
        RAISE 'An entry that opens a bank account stands for its opening balance.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER posting_opening_is_named AFTER INSERT ON ledger_postingbatch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.source = 'opening')
    EXECUTE FUNCTION posting_opening_is_named();

-- Only reversals are looked at one by one, and they are few.
CREATE FUNCTION posting_opening_is_ended() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM posting_openingbalance
        WHERE book_id = NEW.book_id AND entry_number = NEW.reverses_number AND ended_at IS NULL
    ) THEN
        RAISE 'An opening balance ends when its entry is reversed.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER posting_opening_is_ended AFTER INSERT ON ledger_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.reverses_number IS NOT NULL)
    EXECUTE FUNCTION posting_opening_is_ended();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON posting_openingbalance FROM lf_app;
        GRANT UPDATE (reversed_by_number, ended_by_id, ended_at, end_reason) ON posting_openingbalance TO lf_app;
    END IF;
END
$$;
