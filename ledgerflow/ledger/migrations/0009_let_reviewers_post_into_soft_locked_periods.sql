-- Who may post into a locked period: `ledgerflow.books.permissions` says the same, and a test holds the two together.
-- PostgreSQL knows whom the batch names, not who sits at the keyboard; a batch that names nobody may not.
CREATE FUNCTION ledger_may_post_locked(the_book bigint, the_user bigint) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS
$$
    SELECT EXISTS (
        SELECT FROM users_user AS person
         WHERE person.id = the_user AND person.is_active
           AND (person.is_firm_admin OR EXISTS (
                SELECT FROM books_membership AS member
                 WHERE member.book_id = the_book AND member.user_id = the_user
                   AND member.role IN ('owner', 'reviewer'))))
$$;

REVOKE EXECUTE ON FUNCTION ledger_may_post_locked(bigint, bigint) FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION ledger_may_post_locked(bigint, bigint) FROM lf_app;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION ledger_entries_arrive() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
    SET plan_cache_mode = force_generic_plan AS
$$
DECLARE
    arrived record;
BEGIN
    -- The batch is this transaction's own: every number of an older one is taken.
    SELECT came.*, batch.no IS NOT NULL AS are_promised, batch.posted_by_id, state.closed_through,
           state.locked_through INTO arrived
      FROM (SELECT min(book_id) AS book_id, max(book_id) AS other_book, min(batch_no) AS batch_no,
                   max(batch_no) AS other_batch, min(number) AS first_number, max(number) AS last_number,
                   min(line_count) AS fewest, max(line_count) AS most, min(date) AS earliest, max(date) AS latest,
                   bool_or(reverses_number IS NOT NULL) AS reverses
              FROM fresh) AS came
      LEFT JOIN ledger_postingbatch AS batch
             ON batch.book_id = came.book_id AND came.other_book = came.book_id
            AND batch.no = came.batch_no AND came.other_batch = came.batch_no
            AND batch.first_number <= came.first_number
            AND came.last_number < batch.first_number + batch.entry_count
      LEFT JOIN ledger_ledgerstate AS state ON state.book_id = came.book_id;
    IF arrived.book_id IS NULL THEN
        RETURN NULL;
    END IF;
    IF NOT arrived.are_promised THEN
        RAISE EXCEPTION 'Entries % to % are not the numbers that batch % of book % promised.',
            arrived.first_number, arrived.last_number, arrived.batch_no, arrived.book_id
            USING ERRCODE = 'LF003';
    END IF;
    IF arrived.fewest < 2 OR arrived.most > 10000 THEN
        RAISE EXCEPTION 'An entry has from 2 to 10,000 lines.' USING ERRCODE = 'LF002';
    END IF;
    IF arrived.earliest < '1900-01-01' OR arrived.latest > '9999-12-31' THEN
        RAISE EXCEPTION 'An entry is dated between 1900 and 9999.' USING ERRCODE = 'LF014';
    END IF;
    IF arrived.closed_through >= arrived.earliest THEN
        RAISE EXCEPTION 'The books are closed through %; an entry is dated %.', arrived.closed_through, arrived.earliest
            USING ERRCODE = 'LF004';
    END IF;
    IF arrived.locked_through >= arrived.earliest
        AND NOT ledger_may_post_locked(arrived.book_id, arrived.posted_by_id)
    THEN
        RAISE EXCEPTION
            'The books are locked through %; an entry is dated %, and only an owner or reviewer posts there.',
            arrived.locked_through, arrived.earliest USING ERRCODE = 'LF013';
    END IF;
    IF arrived.reverses AND EXISTS (
        SELECT FROM fresh WHERE reverses_number IS NOT NULL AND NOT EXISTS (
            SELECT FROM ledger_journalentry AS reversed
             WHERE reversed.book_id = fresh.book_id AND reversed.number = fresh.reverses_number
               AND reversed.number < fresh.number AND reversed.line_count = fresh.line_count))
    THEN
        RAISE EXCEPTION 'An entry to be reversed is not in the book, or has another number of lines.'
            USING ERRCODE = 'LF008';
    END IF;
    RETURN NULL;
END
$$;
