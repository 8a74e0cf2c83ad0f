ALTER TABLE statements_tablelayout
    ADD CONSTRAINT statements_layout_in_book FOREIGN KEY (book_id, bank_account_id)
        REFERENCES statements_bankaccount (book_id, id),
    ADD CONSTRAINT statements_layout_names_columns CHECK (
        jsonb_typeof(layout) = 'object' AND coalesce(jsonb_typeof(layout -> 'roles'), '') = 'array'
        AND layout ->> 'fingerprint' = fingerprint);
