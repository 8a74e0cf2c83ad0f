DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON asking_linequestion TO lf_app;
    END IF;
END
$$;
DROP TRIGGER asking_line_leaves_questions ON statements_statementline;
DROP FUNCTION asking_withdraw_questions();
DROP TRIGGER asking_question_stays ON asking_linequestion;
DROP FUNCTION asking_refuse_removal();
DROP TRIGGER asking_question_keeps ON asking_linequestion;
DROP FUNCTION asking_keep_question();
ALTER TABLE asking_linequestion DROP CONSTRAINT asking_receipt_of_book;
