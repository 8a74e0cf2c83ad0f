-- Which receipt is not for which bank line: of one book, said once about a line that is there. It never changes, and goes
-- with its line alone.
ALTER TABLE statements_declinedreceipt ADD CONSTRAINT statements_declined_of_book
    FOREIGN KEY (book_id, receipt_id) REFERENCES documents_receipt (book_id, document_id);

CREATE FUNCTION statements_check_declined() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM statements_statementline WHERE id = OLD.line_id) THEN
            RAISE EXCEPTION 'that a receipt is not for a line is kept as long as the line'
                USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
        END IF;
        RETURN OLD;
    END IF;
    -- Whoever takes the line away waits, or was first.
    PERFORM FROM statements_statementline WHERE id = NEW.line_id AND book_id = NEW.book_id FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'book % has no line %', NEW.book_id, NEW.line_id
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statements_declined_is_true BEFORE INSERT OR DELETE ON statements_declinedreceipt
    FOR EACH ROW EXECUTE FUNCTION statements_check_declined();
CREATE TRIGGER statements_declined_stays BEFORE UPDATE OR TRUNCATE ON statements_declinedreceipt
    FOR EACH STATEMENT EXECUTE FUNCTION statements_refuse('that a receipt is not for a line is kept as it was said');

CREATE FUNCTION statements_drop_declined() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    DELETE FROM statements_declinedreceipt declined
    USING gone WHERE declined.book_id = gone.book_id AND declined.line_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER statements_line_leaves_declined AFTER DELETE ON statements_statementline
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION statements_drop_declined();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, TRUNCATE, REFERENCES, TRIGGER ON statements_declinedreceipt FROM lf_app;
    END IF;
END
$$;
