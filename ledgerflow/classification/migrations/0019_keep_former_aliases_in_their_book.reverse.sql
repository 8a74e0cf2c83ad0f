ALTER TABLE classification_changedalias
    DROP CONSTRAINT classification_changedalias_after_in_book,
    DROP CONSTRAINT classification_changedalias_before_in_book,
    DROP CONSTRAINT classification_changedalias_change_in_book;
