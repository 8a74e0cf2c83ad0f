-- A statement that goes takes with it the lines that no other shows, or the line would stand for nothing. Looked at when
-- the transaction ends, over the days of the statement only.
CREATE FUNCTION statements_check_unseen() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    unseen bigint;
BEGIN
    SELECT line.id INTO unseen FROM statements_statementline line
    WHERE line.book_id = OLD.book_id AND line.bank_account_id = OLD.bank_account_id
        AND line.date BETWEEN OLD.first_date AND OLD.last_date
        AND NOT EXISTS (
            SELECT FROM statements_sighting sighting
            WHERE sighting.book_id = line.book_id AND sighting.line_id = line.id
        )
    LIMIT 1;
    IF unseen IS NOT NULL THEN
        RAISE EXCEPTION 'statement % is gone, and line % is shown by no other', OLD.id, unseen
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER statements_statement_leaves_nothing AFTER DELETE ON statements_statement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION statements_check_unseen();
