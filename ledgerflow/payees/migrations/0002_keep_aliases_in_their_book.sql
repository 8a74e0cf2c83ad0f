ALTER TABLE payees_payeealias
    ADD CONSTRAINT payees_alias_of_payee_in_book FOREIGN KEY (book_id, payee_id) REFERENCES payees_payee (book_id, id);
