-- The tax line that a bank line had of its own when it was posted stays on record beside the line of its entry, so that
-- reports of the year do not change. It comes with the entry: never to a day that is closed, and not to a reversal, which
-- counts where what it reverses does.
ALTER TABLE posting_owntaxline ADD CONSTRAINT posting_own_tax_line_of_an_entry
    FOREIGN KEY (book_id, entry_number) REFERENCES ledger_journalentry (book_id, number);

CREATE FUNCTION posting_check_own_tax_lines() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh
        LEFT JOIN ledger_journalline line
            ON line.book_id = fresh.book_id AND line.entry_number = fresh.entry_number AND line.no = fresh.no
        LEFT JOIN ledger_account account ON account.id = line.account_id AND account.book_id = fresh.book_id
        LEFT JOIN ledger_journalentry entry ON entry.book_id = fresh.book_id AND entry.number = fresh.entry_number
        LEFT JOIN ledger_postingbatch batch ON batch.book_id = fresh.book_id AND batch.no = entry.batch_no
        LEFT JOIN ledger_ledgerstate state ON state.book_id = fresh.book_id
        WHERE (
            fresh.no > 1 AND fresh.tax_line ~ '^[a-z0-9-]+:[a-z0-9-]+$' AND account.type IN ('income', 'expense')
            AND entry.reverses_number IS NULL AND batch.source = 'statement'
            AND (state.closed_through IS NULL OR line.date > state.closed_through)
        ) IS NOT TRUE
    ) THEN
        RAISE 'A tax line of its own comes with the entry of a bank line, on income or an expense, while its day is open.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_1_check_own_tax_lines AFTER INSERT ON posting_owntaxline
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION posting_check_own_tax_lines();
CREATE TRIGGER posting_2_keep_own_tax_lines BEFORE UPDATE OR DELETE OR TRUNCATE ON posting_owntaxline
    FOR EACH STATEMENT EXECUTE FUNCTION posting_refuse();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON posting_owntaxline FROM lf_app;
    END IF;
END
$$;
