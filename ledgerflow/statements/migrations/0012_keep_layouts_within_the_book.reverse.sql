ALTER TABLE statements_tablelayout
    DROP CONSTRAINT statements_layout_in_book,
    DROP CONSTRAINT statements_layout_names_columns;
