INSERT INTO posting_posting (book_id, entry_number, line_id, reversed_by_number)
    SELECT book_id, entry_number, line_id, NULL
    FROM classification_classification WHERE entry_number IS NOT NULL
    UNION ALL
    SELECT book_id, entry_number, line_id, reversed_by_number FROM posting_reversedposting;
