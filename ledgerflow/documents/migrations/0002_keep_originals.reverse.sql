GRANT DELETE ON documents_document TO lf_app;
DROP TRIGGER documents_never_truncate ON documents_document;
DROP TRIGGER documents_never_delete ON documents_document;
DROP TRIGGER documents_keep ON documents_document;
DROP FUNCTION documents_refuse_change();
ALTER TABLE documents_document DROP CONSTRAINT documents_size_is_positive;
