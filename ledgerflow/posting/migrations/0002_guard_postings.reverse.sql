DROP TRIGGER posting_keep_withdrawn ON posting_withdrawnline;
DROP TRIGGER posting_check_withdrawn ON posting_withdrawnline;
DROP FUNCTION posting_check_withdrawn();
ALTER TABLE posting_withdrawnline
    DROP CONSTRAINT posting_withdrawn_account_in_book,
    DROP CONSTRAINT posting_withdrawn_document_in_book;
DROP TRIGGER posting_keep_line ON statements_statementline;
DROP TRIGGER posting_keep_lines ON statements_statementline;
DROP TRIGGER posting_6_check_left ON classification_classification;
DROP TRIGGER posting_5_refuse_posted ON classification_classification;
DROP TRIGGER posting_4_check_state ON classification_classification;
DROP TRIGGER posting_3_refuse ON posting_posting;
DROP TRIGGER posting_2_check_reversed ON posting_posting;
DROP TRIGGER posting_1_check_new ON posting_posting;
DROP FUNCTION posting_keep_line();
DROP FUNCTION posting_keep_lines();
DROP FUNCTION posting_check_left();
DROP FUNCTION posting_check_state();
DROP FUNCTION posting_refuse();
DROP FUNCTION posting_check_reversed();
DROP FUNCTION posting_check_new();
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON posting_posting TO lf_app;
    END IF;
END
$$;
