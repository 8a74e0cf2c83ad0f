DROP TRIGGER classification_forget_tags ON statements_statementline;
DROP FUNCTION classification_forget_tags();
DROP TRIGGER classification_check_line_tags ON classification_linetag;
DROP TRIGGER classification_check_new_line_tags ON classification_linetag;
DROP FUNCTION classification_check_line_tags();
ALTER TABLE classification_entrytag
    DROP CONSTRAINT classification_tagged_entry_in_book,
    DROP CONSTRAINT classification_entry_tag_in_book;
ALTER TABLE classification_linetag DROP CONSTRAINT classification_line_tag_in_book;
