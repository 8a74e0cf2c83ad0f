-- Tags are of their book, and so is what they stand on. Bank lines have no key with their book in it, so a trigger looks
-- at them, and holds them until the tag is there.
ALTER TABLE classification_linetag
    ADD CONSTRAINT classification_line_tag_in_book
        FOREIGN KEY (book_id, tag_id) REFERENCES classification_tag (book_id, id);
ALTER TABLE classification_entrytag
    ADD CONSTRAINT classification_entry_tag_in_book
        FOREIGN KEY (book_id, tag_id) REFERENCES classification_tag (book_id, id),
    ADD CONSTRAINT classification_tagged_entry_in_book
        FOREIGN KEY (book_id, entry_number) REFERENCES ledger_journalentry (book_id, number);

CREATE FUNCTION classification_check_line_tags() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    PERFORM FROM fresh JOIN statements_statementline line ON line.id = fresh.line_id ORDER BY line.id
        FOR KEY SHARE OF line;
    IF EXISTS (
        SELECT FROM fresh
        LEFT JOIN statements_statementline line ON line.id = fresh.line_id AND line.book_id = fresh.book_id
        WHERE line.id IS NULL
    ) THEN
        RAISE 'A tag stands on a bank line of its own book.' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER classification_check_new_line_tags AFTER INSERT ON classification_linetag
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION classification_check_line_tags();
CREATE TRIGGER classification_check_line_tags AFTER UPDATE ON classification_linetag
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION classification_check_line_tags();

CREATE FUNCTION classification_forget_tags() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    DELETE FROM classification_linetag tagged USING old_rows WHERE tagged.line_id = old_rows.id;
    RETURN NULL;
END $$;
CREATE TRIGGER classification_forget_tags AFTER DELETE ON statements_statementline
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION classification_forget_tags();
