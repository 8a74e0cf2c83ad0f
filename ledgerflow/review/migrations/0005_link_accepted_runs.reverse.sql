-- What was proposed is kept, and before there was no name for a run of a tool: with one this is not taken back.
DO $$
BEGIN
    IF EXISTS (SELECT FROM review_proposal WHERE kind = 'run_tool') THEN
        RAISE 'Runs of tools were proposed, which are kept; restore the backup that was made before this migration.'
            USING ERRCODE = 'restrict_violation';
    END IF;
END
$$;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT UPDATE ON review_proposedrun TO lf_app;
    END IF;
END
$$;
DROP TRIGGER review_check_run ON review_proposedrun;
DROP FUNCTION review_check_run();
ALTER TABLE review_proposedrun
    DROP CONSTRAINT review_run_of_proposal_in_book,
    DROP CONSTRAINT review_run_in_book;
