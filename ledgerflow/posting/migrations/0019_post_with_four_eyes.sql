-- With four eyes on, a line is posted by somebody else than who decided about it; what nobody decided about, by anybody.
-- Who decided does not change while a line is posted (classification_4_keep_posted), so that the two can be compared.
-- A set of a book without four eyes costs one look at an index that is mostly empty.
CREATE FUNCTION posting_check_four_eyes() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM books_foureyes WHERE switched_off_at IS NULL) AND EXISTS (
        SELECT FROM fresh
        JOIN books_foureyes eyes ON eyes.book_id = fresh.book_id AND eyes.switched_off_at IS NULL
        JOIN ledger_journalentry entry ON entry.book_id = fresh.book_id AND entry.number = fresh.entry_number
        JOIN ledger_postingbatch batch ON batch.book_id = entry.book_id AND batch.no = entry.batch_no
        WHERE fresh.state = 'posted' AND fresh.decided_by_id IS NOT NULL
            AND coalesce(batch.posted_by_id, fresh.decided_by_id) = fresh.decided_by_id
            AND fresh.line_id NOT IN (SELECT line_id FROM old_rows WHERE state = 'posted')
    ) THEN
        RAISE 'With four eyes on, a line is posted by somebody else than who prepared it.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_6_check_four_eyes AFTER UPDATE ON classification_classification
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION posting_check_four_eyes();
