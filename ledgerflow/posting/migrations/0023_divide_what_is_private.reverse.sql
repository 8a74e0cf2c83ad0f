DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON posting_privatepart TO lf_app;
    END IF;
END
$$;
DROP TRIGGER posting_2_keep_private_parts ON posting_privatepart;
DROP TRIGGER posting_1_check_private_parts ON posting_privatepart;
DROP FUNCTION posting_check_private_parts();
ALTER TABLE posting_privatepart
    DROP CONSTRAINT posting_private_part_account_in_book,
    DROP CONSTRAINT posting_private_part_of_an_entry;
DROP FUNCTION posting_parts_of(bigint, boolean);
