-- A document date is of a bank line of its book. While an entry stands for the line, the date moves what reports on the
-- accrual basis show between two days; where one of them is closed, it stays as it is. The ledger is locked, so that
-- dating and closing do not race.
CREATE FUNCTION posting_check_document_date() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    kept posting_documentdate := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    line statements_statementline;
    earliest date;
BEGIN
    PERFORM FROM ledger_lock(kept.book_id);
    SELECT * INTO line FROM statements_statementline WHERE id = kept.line_id AND book_id = kept.book_id FOR KEY SHARE;
    IF TG_OP = 'UPDATE' AND (NEW.line_id, NEW.book_id) IS DISTINCT FROM (OLD.line_id, OLD.book_id)
        OR TG_OP <> 'DELETE' AND (line.id IS NULL OR NEW.date NOT BETWEEN '1900-01-01' AND '9998-12-31')
    THEN
        RAISE 'A document date is of a bank line of its own book, and a day of the ledger.'
            USING ERRCODE = 'check_violation';
    END IF;
    earliest := least(
        CASE WHEN TG_OP <> 'INSERT' AND OLD.date <> line.date THEN OLD.date END,
        CASE WHEN TG_OP <> 'DELETE' AND NEW.date <> line.date THEN NEW.date END
    );
    IF earliest IS NOT NULL
        AND EXISTS (SELECT FROM classification_classification WHERE line_id = kept.line_id AND state = 'posted')
        AND least(earliest, line.date) <= (SELECT closed_through FROM ledger_ledgerstate WHERE book_id = kept.book_id)
    THEN
        RAISE 'A closed period does not change by the date of a document; reopen it first.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER posting_check_document_date BEFORE INSERT OR UPDATE OR DELETE ON posting_documentdate
    FOR EACH ROW EXECUTE FUNCTION posting_check_document_date();

CREATE FUNCTION posting_forget_document_dates() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    DELETE FROM posting_documentdate dated USING old_rows WHERE dated.line_id = old_rows.id;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_forget_document_dates AFTER DELETE ON statements_statementline
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION posting_forget_document_dates();
