DO $$
BEGIN
    IF EXISTS (
        SELECT FROM posting_posting live
        LEFT JOIN classification_classification made
            ON made.line_id = live.line_id AND made.book_id = live.book_id AND made.state = 'posted'
        WHERE live.reversed_by_number IS NULL AND made.line_id IS NULL
    ) THEN
        RAISE 'An entry stands for a bank line that is not called posted: "ledgerflow verify" says which.';
    END IF;
END
$$;
UPDATE classification_classification made SET entry_number = live.entry_number
    FROM posting_posting live
    WHERE live.line_id = made.line_id AND live.book_id = made.book_id AND live.reversed_by_number IS NULL;
INSERT INTO posting_reversedposting (book_id, entry_number, line_id, reversed_by_number)
    SELECT book_id, entry_number, line_id, reversed_by_number
    FROM posting_posting WHERE reversed_by_number IS NOT NULL;
ALTER TABLE classification_classification VALIDATE CONSTRAINT classification_posted_by_an_entry;
