-- Nothing is posted that a person or an explicit rule has not accepted, nor what is held back or not booked yet.
-- As for the other check of postings, looking each row up by index is good for sets of every size.
CREATE FUNCTION posting_check_accepted() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh
        LEFT JOIN statements_statementline line ON line.id = fresh.line_id
        LEFT JOIN classification_classification made ON made.line_id = fresh.line_id AND made.book_id = fresh.book_id
        WHERE (made.state = 'accepted' AND line.hold = '' AND NOT line.is_pending) IS NOT TRUE
    ) THEN
        RAISE 'Only a line that is accepted, and neither held back nor pending, is posted.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_4_check_accepted AFTER INSERT ON posting_posting
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION posting_check_accepted();
