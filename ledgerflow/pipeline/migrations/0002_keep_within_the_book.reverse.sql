ALTER TABLE pipeline_importrun
    DROP CONSTRAINT pipeline_document_in_book,
    DROP CONSTRAINT pipeline_bank_account_in_book;
