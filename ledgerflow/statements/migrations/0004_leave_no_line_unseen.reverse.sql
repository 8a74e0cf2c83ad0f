DROP TRIGGER statements_statement_leaves_nothing ON statements_statement;
DROP FUNCTION statements_check_unseen();
