ALTER TABLE classification_rulecorrection
    ADD CONSTRAINT classification_correction_rule_in_book
        FOREIGN KEY (book_id, rule_id) REFERENCES classification_rule (book_id, id),
    ADD CONSTRAINT classification_correction_change_in_book
        FOREIGN KEY (book_id, change_id) REFERENCES classification_decisionchange (book_id, id) ON DELETE CASCADE;
