DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON review_proposal TO lf_app;
    END IF;
END
$$;
DROP TRIGGER review_proposal_6_is_of_its_book ON review_proposal;
DROP FUNCTION review_check_proposal();
DROP TRIGGER review_proposal_5_stays ON review_proposal;
DROP TRIGGER review_proposal_4_stays ON review_proposal;
DROP TRIGGER review_proposal_3_is_decided_once ON review_proposal;
DROP TRIGGER review_proposal_2_stays_as_written ON review_proposal;
DROP TRIGGER review_proposal_1_begins_open ON review_proposal;
DROP FUNCTION review_keep_proposal();
