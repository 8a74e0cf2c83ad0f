-- What the accrual basis moves in a closed period stays: by the date of a document, by an entry of a line whose document
-- is of a closed day, and by the reversal of one. An entry that was reversed moves as long as its line has the date, so
-- it is looked at as one that stands.
CREATE OR REPLACE FUNCTION posting_check_document_date() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    kept posting_documentdate := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    line statements_statementline;
    day date;
    earliest date;
    posted date;
BEGIN
    PERFORM FROM ledger_lock(kept.book_id);
    SELECT * INTO line FROM statements_statementline WHERE id = kept.line_id AND book_id = kept.book_id FOR KEY SHARE;
    IF TG_OP = 'UPDATE' AND (NEW.line_id, NEW.book_id) IS DISTINCT FROM (OLD.line_id, OLD.book_id)
        OR TG_OP <> 'DELETE' AND (line.id IS NULL OR NEW.date NOT BETWEEN '1900-01-01' AND '9998-12-31')
    THEN
        RAISE 'A document date is of a bank line of its own book, and a day of the ledger.'
            USING ERRCODE = 'check_violation';
    END IF;
    -- Where the date goes because the line does, the line is kept as a withdrawn one if it was ever posted.
    day := coalesce(line.date, (SELECT date FROM posting_withdrawnline WHERE id = kept.line_id));
    earliest := least(
        CASE WHEN TG_OP <> 'INSERT' AND OLD.date <> day THEN OLD.date END,
        CASE WHEN TG_OP <> 'DELETE' AND NEW.date <> day THEN NEW.date END
    );
    SELECT min(entry.date) INTO posted
      FROM (SELECT entry_number AS number FROM classification_classification
             WHERE line_id = kept.line_id AND state = 'posted'
             UNION ALL SELECT entry_number FROM posting_reversedposting WHERE line_id = kept.line_id
             UNION ALL SELECT reversed_by_number FROM posting_reversedposting WHERE line_id = kept.line_id) AS behind
      JOIN ledger_journalentry AS entry ON entry.book_id = kept.book_id AND entry.number = behind.number;
    IF earliest IS NOT NULL AND posted IS NOT NULL
        AND least(earliest, posted) <= (SELECT closed_through FROM ledger_ledgerstate WHERE book_id = kept.book_id)
    THEN
        RAISE 'A closed period does not change by the date of a document; reopen it first.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION posting_documents_are_open() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM posting_documentdate) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM fresh
        JOIN posting_documentdate dated ON dated.line_id = fresh.line_id
        JOIN statements_statementline line ON line.id = fresh.line_id
        JOIN ledger_ledgerstate state ON state.book_id = fresh.book_id
        WHERE fresh.state = 'posted' AND dated.date <> line.date AND dated.date <= state.closed_through
            AND NOT EXISTS (SELECT FROM old_rows WHERE old_rows.line_id = fresh.line_id
                AND old_rows.state = 'posted' AND old_rows.entry_number = fresh.entry_number)
    ) THEN
        RAISE 'A closed period does not change by the entry of a line whose document it is of.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_documents_are_open AFTER UPDATE ON classification_classification
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION posting_documents_are_open();

-- A reversal moves with its entry, unless the day of the document was closed when it came: then it counts on its own
-- day. What came first is told by the moments that batches and closings carry, so those run one way.
CREATE FUNCTION posting_reversal_comes_after() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh
        JOIN posting_documentdate dated ON dated.line_id = fresh.line_id
        JOIN ledger_ledgerstate state ON state.book_id = fresh.book_id
        JOIN ledger_journalentry entry ON entry.book_id = fresh.book_id AND entry.number = fresh.reversed_by_number
        JOIN ledger_postingbatch batch ON batch.book_id = entry.book_id AND batch.no = entry.batch_no
        WHERE dated.date <= state.closed_through AND batch.posted_at < (
            SELECT max(acted_at) FROM ledger_periodaction WHERE book_id = fresh.book_id)
    ) THEN
        RAISE 'The books were closed while this was under way; do it again.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_reversal_comes_after AFTER INSERT ON posting_reversedposting
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION posting_reversal_comes_after();
