-- A question is about a line and a receipt of its own book, stays as it was asked, is settled once, and is never deleted.
-- The token of a link may be taken away, and never given anew.
ALTER TABLE asking_linequestion ADD CONSTRAINT asking_receipt_of_book
    FOREIGN KEY (book_id, receipt_id) REFERENCES documents_receipt (book_id, document_id);

CREATE FUNCTION asking_keep_question() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.book_id, NEW.text, NEW.asked_by_id, NEW.asked_at, NEW.asked_of_id, NEW.expires_at)
                IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.text, OLD.asked_by_id, OLD.asked_at, OLD.asked_of_id, OLD.expires_at)
            OR NEW.token_sha256 IS DISTINCT FROM OLD.token_sha256 AND NEW.token_sha256 IS NOT NULL
            OR NEW.line_id IS DISTINCT FROM OLD.line_id AND (NEW.line_id IS NOT NULL
                OR EXISTS (SELECT FROM statements_statementline WHERE id = OLD.line_id))
        THEN
            RAISE EXCEPTION 'a question stays as it was asked'
                USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
        END IF;
        IF (OLD.answered_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL)
            AND (NEW.answer, NEW.receipt_id, NEW.answered_by_id, NEW.answered_at, NEW.withdrawn_by_id, NEW.withdrawn_at)
                IS DISTINCT FROM
                (OLD.answer, OLD.receipt_id, OLD.answered_by_id, OLD.answered_at, OLD.withdrawn_by_id, OLD.withdrawn_at)
        THEN
            RAISE EXCEPTION 'a question is answered or withdrawn once'
                USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
        END IF;
    ELSIF NEW.line_id IS NOT NULL THEN
        -- Whoever takes the line away waits, or was first.
        PERFORM FROM statements_statementline WHERE id = NEW.line_id AND book_id = NEW.book_id FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'book % has no line %', NEW.book_id, NEW.line_id
                USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER asking_question_keeps BEFORE INSERT OR UPDATE ON asking_linequestion
    FOR EACH ROW EXECUTE FUNCTION asking_keep_question();

CREATE FUNCTION asking_refuse_removal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what was asked about a line is kept' USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER asking_question_stays BEFORE DELETE OR TRUNCATE ON asking_linequestion
    FOR EACH STATEMENT EXECUTE FUNCTION asking_refuse_removal();

-- A line that goes leaves its questions in the book, and no link to it.
CREATE FUNCTION asking_withdraw_questions() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    UPDATE asking_linequestion asked
    SET line_id = NULL, token_sha256 = NULL, withdrawn_at = CASE WHEN asked.answered_at IS NULL
        THEN coalesce(asked.withdrawn_at, statement_timestamp()) END
    FROM gone WHERE asked.book_id = gone.book_id AND asked.line_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER asking_line_leaves_questions AFTER DELETE ON statements_statementline
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION asking_withdraw_questions();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE DELETE, TRUNCATE, REFERENCES, TRIGGER ON asking_linequestion FROM lf_app;
    END IF;
END
$$;
