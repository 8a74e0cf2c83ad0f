ALTER TABLE pipeline_importrun
    ADD CONSTRAINT pipeline_document_in_book FOREIGN KEY (book_id, document_id)
        REFERENCES documents_document (book_id, id),
    ADD CONSTRAINT pipeline_bank_account_in_book FOREIGN KEY (book_id, bank_account_id)
        REFERENCES statements_bankaccount (book_id, id);
