-- Whoever purges owns the tables, so no guard needs an exception that somebody else could find: the guards are switched
-- off and on again in the one transaction, while nobody else can write to any table of a book. Foreign keys stay on, so
-- a row that still points at the book refuses the whole. Tables are found by their column book_id, so that one that is
-- added later is not forgotten.
--
-- Errors have the code LP001; ledgerflow.ops.services names it.
CREATE FUNCTION ops_purge_book(
    the_book bigint, typed_name text, the_archive text, the_sha256 text, the_user bigint, the_moment timestamptz
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '10s' AS
$$
DECLARE
    book books_book;
    tables regclass[];
    remaining regclass[];
    current regclass;
    gone bigint;
    counts jsonb := '{}';
BEGIN
    SELECT * INTO book FROM books_book WHERE id = the_book FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no such book.' USING ERRCODE = 'LP001';
    END IF;
    IF typed_name IS DISTINCT FROM book.name THEN
        RAISE EXCEPTION 'The name that was typed is not the name of the book, which is “%”.', book.name
            USING ERRCODE = 'LP001';
    END IF;
    IF the_sha256 = '' AND NOT book.is_demo THEN
        RAISE EXCEPTION 'Export the book first and name the archive; only a demo book goes without.'
            USING ERRCODE = 'LP001';
    END IF;

    SELECT array_agg(class.oid::regclass ORDER BY class.relname) INTO tables
      FROM pg_class AS class
      JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid
     WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p')
       AND attribute.attname = 'book_id' AND NOT attribute.attisdropped;
    EXECUTE format('LOCK TABLE books_book, %s IN SHARE ROW EXCLUSIVE MODE', array_to_string(tables, ', '));
    FOREACH current IN ARRAY tables || 'books_book'::regclass LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', current);
    END LOOP;

    -- A table goes when none that is left points at it with a key that does not wait for the end.
    remaining := tables;
    WHILE cardinality(remaining) > 0 LOOP
        SELECT candidate INTO current FROM unnest(remaining) AS candidate
         WHERE NOT EXISTS (
               SELECT FROM pg_constraint
                WHERE contype = 'f' AND NOT condeferrable AND confrelid = candidate AND conrelid <> candidate
                  AND conrelid = ANY (remaining::oid[]))
         LIMIT 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'The tables % point at each other, so none of them can be emptied first.', remaining
                USING ERRCODE = 'LP001';
        END IF;
        EXECUTE format('DELETE FROM %s WHERE book_id = $1', current) USING the_book;
        GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone > 0 THEN
            counts := counts || jsonb_build_object(current::text, gone);
        END IF;
        remaining := array_remove(remaining, current);
    END LOOP;
    DELETE FROM books_book WHERE id = the_book;
    SET CONSTRAINTS ALL IMMEDIATE;
    FOREACH current IN ARRAY tables || 'books_book'::regclass LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', current);
    END LOOP;

    INSERT INTO ops_bookpurge
           (former_book, slug, name, archive_name, archive_sha256, rows, purged_by_id, purged_at)
    VALUES (the_book, book.slug, book.name, the_archive, the_sha256, counts, the_user, the_moment);
    RETURN counts;
END
$$;

CREATE FUNCTION ops_refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    RAISE EXCEPTION 'The record of purges stays.' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER ops_purge_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ops_bookpurge
    FOR EACH STATEMENT EXECUTE FUNCTION ops_refuse_change();

REVOKE EXECUTE ON FUNCTION ops_purge_book(bigint, text, text, text, bigint, timestamptz), ops_refuse_change()
    FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION ops_purge_book(bigint, text, text, text, bigint, timestamptz),
            ops_refuse_change() FROM lf_app;
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ops_bookpurge FROM lf_app;
    END IF;
END
$$;
