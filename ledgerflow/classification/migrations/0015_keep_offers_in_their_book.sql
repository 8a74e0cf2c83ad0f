ALTER TABLE classification_decisionchange
    ADD CONSTRAINT classification_change_rule_in_book
        FOREIGN KEY (book_id, rule_id) REFERENCES classification_rule (book_id, id);
ALTER TABLE classification_refusedoffer
    ADD CONSTRAINT classification_offer_payee_in_book
        FOREIGN KEY (book_id, payee_id) REFERENCES payees_payee (book_id, id);
