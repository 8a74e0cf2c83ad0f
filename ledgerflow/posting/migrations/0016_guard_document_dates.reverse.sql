DROP TRIGGER posting_forget_document_dates ON statements_statementline;
DROP FUNCTION posting_forget_document_dates();
DROP TRIGGER posting_check_document_date ON posting_documentdate;
DROP FUNCTION posting_check_document_date();
