-- A run is linked with the accepted proposal that a person had it made for; both are of the book, and the link never
-- changes. It goes with its run when the owner of the database prunes.
ALTER TABLE review_proposedrun
    ADD CONSTRAINT review_run_in_book
        FOREIGN KEY (book_id, run_id) REFERENCES toolbox_toolrun (book_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT review_run_of_proposal_in_book
        FOREIGN KEY (book_id, proposal_id) REFERENCES review_proposal (book_id, id);

CREATE FUNCTION review_check_run() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE 'Which run was made for which proposal does not change.' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM review_proposal
      WHERE id = NEW.proposal_id AND book_id = NEW.book_id AND kind = 'run_tool' AND state = 'accepted';
    IF NOT FOUND THEN
        RAISE 'A tool is run for a proposal that a person accepted.' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER review_check_run BEFORE INSERT OR UPDATE ON review_proposedrun
    FOR EACH ROW EXECUTE FUNCTION review_check_run();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, TRUNCATE, REFERENCES, TRIGGER ON review_proposedrun FROM lf_app;
    END IF;
END
$$;
