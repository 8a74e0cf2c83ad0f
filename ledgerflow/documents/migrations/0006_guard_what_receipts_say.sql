-- What was read belongs to a receipt of the same book.
ALTER TABLE documents_receiptreading ADD CONSTRAINT documents_reading_of_receipt
    FOREIGN KEY (book_id, receipt_id) REFERENCES documents_receipt (book_id, document_id);
