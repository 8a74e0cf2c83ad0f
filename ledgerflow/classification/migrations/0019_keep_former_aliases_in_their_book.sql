ALTER TABLE classification_changedalias
    ADD CONSTRAINT classification_changedalias_change_in_book
        FOREIGN KEY (book_id, change_id) REFERENCES classification_decisionchange (book_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT classification_changedalias_before_in_book
        FOREIGN KEY (book_id, before_id) REFERENCES payees_payee (book_id, id),
    ADD CONSTRAINT classification_changedalias_after_in_book
        FOREIGN KEY (book_id, after_id) REFERENCES payees_payee (book_id, id);
