-- Which receipt is evidence for which bank line: of one book, attached to a line that is there, and detached once, with a
-- reason. Nothing else about it changes, and nothing is deleted.
ALTER TABLE statements_linereceipt ADD CONSTRAINT statements_receipt_of_book
    FOREIGN KEY (book_id, receipt_id) REFERENCES documents_receipt (book_id, document_id);

CREATE FUNCTION statements_check_receipt() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.book_id, NEW.receipt_id, NEW.attached_by_id, NEW.attached_at)
                IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.receipt_id, OLD.attached_by_id, OLD.attached_at)
            OR OLD.detached_at IS NOT NULL AND (NEW.detached_by_id, NEW.detached_at, NEW.detach_reason)
                IS DISTINCT FROM (OLD.detached_by_id, OLD.detached_at, OLD.detach_reason)
            OR NEW.line_id IS DISTINCT FROM OLD.line_id AND (NEW.line_id IS NOT NULL
                OR EXISTS (SELECT FROM statements_statementline WHERE id = OLD.line_id))
        THEN
            RAISE EXCEPTION 'a receipt is detached from its line once, and nothing else about it changes'
                USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
        END IF;
    ELSIF NEW.line_id IS NOT NULL THEN
        -- Whoever takes the line away waits, or was first.
        PERFORM FROM statements_statementline
            WHERE id = NEW.line_id AND book_id = NEW.book_id FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'book % has no line %', NEW.book_id, NEW.line_id
                USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statements_receipt_keeps BEFORE INSERT OR UPDATE ON statements_linereceipt
    FOR EACH ROW EXECUTE FUNCTION statements_check_receipt();
CREATE TRIGGER statements_receipt_stays BEFORE DELETE OR TRUNCATE ON statements_linereceipt
    FOR EACH STATEMENT EXECUTE FUNCTION statements_refuse('which receipt was evidence for which line is kept');

-- A line that goes leaves its receipts in the book, detached.
CREATE FUNCTION statements_detach_receipts() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    UPDATE statements_linereceipt attached
    SET line_id = NULL, detached_at = coalesce(attached.detached_at, statement_timestamp()),
        detach_reason = coalesce(nullif(attached.detach_reason, ''), 'The line went with its import.')
    FROM gone WHERE attached.book_id = gone.book_id AND attached.line_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER statements_line_leaves_receipts AFTER DELETE ON statements_statementline
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION statements_detach_receipts();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE DELETE, TRUNCATE, REFERENCES, TRIGGER ON statements_linereceipt FROM lf_app;
    END IF;
END
$$;
