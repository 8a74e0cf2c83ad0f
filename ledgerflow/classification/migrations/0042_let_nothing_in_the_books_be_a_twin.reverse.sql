DROP TRIGGER classification_refuse_twin ON statements_statementline;
DROP FUNCTION classification_refuse_twin();
