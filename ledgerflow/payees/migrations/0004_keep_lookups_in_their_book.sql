-- A lookup links a bank line and a run of one book, and never changes. Bank lines have no key with their book in it, so a
-- trigger looks at them, and holds them until the link is there. The link goes with its line, and with its run when the
-- owner of the database prunes.
ALTER TABLE payees_linetoolrun
    ADD CONSTRAINT payees_run_of_line_in_book
        FOREIGN KEY (book_id, run_id) REFERENCES toolbox_toolrun (book_id, id) ON DELETE CASCADE;

CREATE FUNCTION payees_check_lookup() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE 'Which run looked up which line does not change.' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM statements_statementline WHERE id = NEW.line_id AND book_id = NEW.book_id FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE 'A lookup is of a bank line of its own book.' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payees_check_lookup BEFORE INSERT OR UPDATE ON payees_linetoolrun
    FOR EACH ROW EXECUTE FUNCTION payees_check_lookup();

CREATE FUNCTION payees_forget_lookups() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    DELETE FROM payees_linetoolrun kept USING old_rows WHERE kept.line_id = old_rows.id;
    RETURN NULL;
END $$;
CREATE TRIGGER payees_forget_lookups AFTER DELETE ON statements_statementline
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION payees_forget_lookups();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, TRUNCATE, REFERENCES, TRIGGER ON payees_linetoolrun FROM lf_app;
    END IF;
END
$$;
