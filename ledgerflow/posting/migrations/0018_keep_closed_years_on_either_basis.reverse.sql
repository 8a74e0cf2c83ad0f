DROP TRIGGER posting_reversal_comes_after ON posting_reversedposting;
DROP FUNCTION posting_reversal_comes_after();
DROP TRIGGER posting_documents_are_open ON classification_classification;
DROP FUNCTION posting_documents_are_open();

CREATE OR REPLACE FUNCTION posting_check_document_date() RETURNS trigger LANGUAGE plpgsql
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
