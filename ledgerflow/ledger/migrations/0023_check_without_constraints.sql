-- For a single posting, what a statement costs to start is most of the cost; so there are fewer, and shorter ones.
--
-- What no CHECK looks at any more is looked at where the row is made: a CHECK is read anew from the catalog by each
-- statement, three on the way of a posting. A ledger account itself knows through which day it is reconciled, so that the
-- check of the account, which is made anyway, refuses a line there.

CREATE FUNCTION ledger_refuse_reconciled_day() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    RAISE EXCEPTION 'An account is reconciled by finishing a reconciliation, and in no other way.' USING ERRCODE = 'LF011';
END
$$;

CREATE TRIGGER ledger_reconciled_day_begins_empty BEFORE INSERT ON ledger_account FOR EACH ROW
    WHEN (NEW.reconciled_through IS NOT NULL) EXECUTE FUNCTION ledger_refuse_reconciled_day();
CREATE TRIGGER ledger_reconciled_day_is_derived BEFORE UPDATE ON ledger_account FOR EACH ROW
    WHEN (OLD.reconciled_through IS DISTINCT FROM NEW.reconciled_through AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION ledger_refuse_reconciled_day();

CREATE OR REPLACE FUNCTION ledger_batch_arrives() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
    SET plan_cache_mode = force_generic_plan AS
$$
DECLARE
    next record;
BEGIN
    UPDATE ledger_ledgerstate
       SET next_batch = next_batch + 1, next_number = next_number + NEW.entry_count
     WHERE book_id = NEW.book_id
    RETURNING next_batch - 1 AS no, next_number - NEW.entry_count AS number INTO next;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Book % has no ledger.', NEW.book_id USING ERRCODE = 'LF012';
    END IF;
    IF NEW.no <> next.no OR NEW.first_number <> next.number THEN
        RAISE EXCEPTION 'Batch % from entry % on does not follow the last one of book %.',
            NEW.no, NEW.first_number, NEW.book_id USING ERRCODE = 'LF003';
    END IF;
    IF NEW.entry_count < 1 THEN
        RAISE EXCEPTION 'There is nothing to post.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_batch_has_entries';
    END IF;
    IF NEW.source NOT IN ('statement', 'manual', 'reversal', 'opening', 'history', 'closing') THEN
        RAISE EXCEPTION 'The ledger knows no such source of entries.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_batch_source_is_known';
    END IF;
    NEW.no := next.no;
    NEW.first_number := next.number;
    RETURN NEW;
END
$$;

-- Says why a line may not stand on its account, and refuses it.
CREATE FUNCTION ledger_refuse_account(the_book bigint, the_account bigint, the_currency text, earliest date) RETURNS bigint
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    account ledger_account;
BEGIN
    SELECT * INTO account FROM ledger_account WHERE book_id = the_book AND id = the_account;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Account % is not in book %.', the_account, the_book USING ERRCODE = 'LF005';
    END IF;
    IF account.is_archived THEN
        RAISE EXCEPTION 'Account % is archived; restore it or choose another.', account.code USING ERRCODE = 'LF006';
    END IF;
    IF account.reconciled_through >= earliest THEN
        RAISE EXCEPTION '% is reconciled through %, and an entry on it is dated %; choose a later date, or reopen the'
            ' reconciliation.', account.name, account.reconciled_through, earliest USING ERRCODE = 'LF020';
    END IF;
    IF the_currency !~ '^[A-Z]{3}$' THEN
        RAISE EXCEPTION 'Use a three-letter ISO 4217 currency code such as USD.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_movement_currency_is_iso';
    END IF;
    IF account.currency <> the_currency THEN
        RAISE EXCEPTION 'Account % is kept in %, not in %.', account.code, account.currency, the_currency
            USING ERRCODE = 'LF007';
    END IF;
    RAISE EXCEPTION 'A line on account % in % is no number, or differs from its base amount.',
        account.code, the_currency USING ERRCODE = 'LF007';
END
$$;

CREATE OR REPLACE FUNCTION ledger_lines_arrive() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_nestloop = off SET enable_mergejoin = off SET enable_sort = off
    SET jit = off SET plan_cache_mode = force_generic_plan AS
$$
DECLARE
    arrived record;
BEGIN
    -- Lines of one entry with two dates fall into two groups, of which neither is complete. The bounds keep the join
    -- to a range of the entries' key, which is good for one entry and for five thousand.
    WITH bound AS MATERIALIZED (
        SELECT min(book_id) AS book_id, min(entry_number) AS lowest, max(entry_number) AS highest FROM fresh
    )
    SELECT min(book_id) AS book_id, max(book_id) AS other_book, min(entry_number) AS first_number,
           max(entry_number) AS last_number, min(entry_number) FILTER (WHERE is_sound IS NOT TRUE) AS wrong_number,
           bool_or(reverses_number IS NOT NULL) AS reverses
      INTO arrived
      FROM (SELECT line.book_id, line.entry_number, entry.reverses_number,
                   lines = entry.line_count AND lowest = 1 AND highest = entry.line_count AND total = 0 AS is_sound
              FROM (SELECT book_id, entry_number, date, count(*) AS lines, min(no) AS lowest, max(no) AS highest,
                           sum(base_amount) AS total
                      FROM fresh GROUP BY book_id, entry_number, date) AS line
              LEFT JOIN ledger_journalentry AS entry
                     ON entry.book_id = (SELECT book_id FROM bound)
                    AND entry.number BETWEEN (SELECT lowest FROM bound) AND (SELECT highest FROM bound)
                    AND entry.book_id = line.book_id AND entry.number = line.entry_number
                    AND entry.date = line.date) AS judged;
    IF arrived.book_id IS NULL THEN
        RETURN NULL;
    END IF;
    IF arrived.other_book <> arrived.book_id THEN
        RAISE EXCEPTION 'Lines of books % and % arrive together; post into one book at a time.',
            arrived.book_id, arrived.other_book USING ERRCODE = 'LF002';
    END IF;
    IF arrived.wrong_number IS NOT NULL THEN
        PERFORM ledger_explain_lines(arrived.book_id, arrived.wrong_number, count(*), sum(base_amount))
           FROM fresh WHERE entry_number = arrived.wrong_number;
    END IF;

    -- In sorted order, so that two sessions never wait for each other. Accounts are looked at once for each movement, by
    -- their id alone: where the planner knows nothing of them it would take any index that begins with the book.
    INSERT INTO ledger_movement AS known (book_id, account_id, month, currency, debit, credit, amount, line_count)
    SELECT arrived.book_id,
           CASE WHEN account.book_id = arrived.book_id AND NOT account.is_archived
                     AND (account.currency = moved.currency) IS NOT FALSE AND moved.currency ~ '^[A-Z]{3}$'
                     AND (account.reconciled_through >= moved.earliest) IS NOT TRUE
                     AND moved.amount <> 'NaN' AND moved.debit <> 'NaN'
                     AND NOT (moved.are_exchanged
                              AND moved.currency = (SELECT base_currency FROM books_book WHERE id = arrived.book_id))
                THEN moved.account_id
                ELSE ledger_refuse_account(arrived.book_id, moved.account_id, moved.currency, moved.earliest) END,
           moved.month, moved.currency, moved.debit, moved.credit, moved.amount, moved.lines
      FROM (SELECT account_id, date_trunc('month', date::timestamp)::date AS month, currency, count(*) AS lines,
                   min(date) AS earliest, coalesce(sum(base_amount) FILTER (WHERE base_amount > 0), 0) AS debit,
                   coalesce(-sum(base_amount) FILTER (WHERE base_amount < 0), 0) AS credit,
                   sum(amount) AS amount, bool_or(amount <> base_amount) AS are_exchanged
              FROM fresh GROUP BY 1, 2, 3) AS moved
      LEFT JOIN LATERAL (
            SELECT book_id, is_archived, currency, reconciled_through FROM ledger_account WHERE id = moved.account_id OFFSET 0
           ) AS account ON true
     ORDER BY moved.account_id, moved.month, moved.currency
        ON CONFLICT (book_id, account_id, month, currency) DO UPDATE
       SET debit = known.debit + excluded.debit, credit = known.credit + excluded.credit,
           amount = known.amount + excluded.amount, line_count = known.line_count + excluded.line_count;

    IF arrived.reverses THEN
        PERFORM FROM (
            SELECT line.entry_number, account_id, currency, amount, base_amount
              FROM fresh AS line
              JOIN ledger_journalentry AS entry
                ON entry.book_id = line.book_id AND entry.number = line.entry_number
             WHERE entry.reverses_number IS NOT NULL
            EXCEPT ALL
            SELECT entry.number, account_id, currency, -amount, -base_amount
              FROM ledger_journalentry AS entry
              JOIN ledger_journalline AS line
                ON line.book_id = entry.book_id AND line.entry_number = entry.reverses_number
             WHERE entry.book_id = arrived.book_id
               AND entry.number BETWEEN arrived.first_number AND arrived.last_number) AS unlike;
        IF FOUND THEN
            RAISE EXCEPTION 'A reversal does not mirror the entry that it reverses.' USING ERRCODE = 'LF008';
        END IF;
    END IF;
    RETURN NULL;
END
$$;

DROP FUNCTION ledger_refuse_account(bigint, bigint, text);

CREATE OR REPLACE FUNCTION ledger_batch_is_complete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
    SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off
    SET jit = off SET plan_cache_mode = force_generic_plan AS
$$
BEGIN
    INSERT INTO ledger_chainlink (book_id, batch_no, digest)
    SELECT NEW.book_id, NEW.no, digest
      FROM (SELECT ledger_digest(NEW, coalesce(
                (SELECT digest FROM ledger_chainlink WHERE book_id = NEW.book_id AND batch_no = NEW.no - 1),
                (SELECT chain_origin FROM ledger_ledgerstate WHERE book_id = NEW.book_id))) AS digest OFFSET 0) AS link
     WHERE digest IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Batch % of book % lacks entries, or an entry of it lacks its lines.', NEW.no, NEW.book_id
            USING ERRCODE = 'LF002';
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION ledger_post(
    the_book bigint, the_source text, the_user bigint, the_moment timestamptz,
    dates date[], line_counts smallint[], reverses bigint[], texts text[],
    line_entries integer[], line_nos smallint[], accounts bigint[], currencies text[],
    amounts numeric[], base_amounts numeric[],
    OUT batch_no bigint, OUT first_number bigint
)
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS
$$
DECLARE
    salts bytea[];
BEGIN
    IF texts IS NOT NULL THEN
        salts := ARRAY(SELECT CASE WHEN words <> '' THEN uuid_send(gen_random_uuid()) END
                         FROM unnest(texts) WITH ORDINALITY AS entry (words, position) ORDER BY position);
    END IF;
    INSERT INTO ledger_postingbatch AS batch (book_id, source, entry_count, posted_at, posted_by_id)
    VALUES (the_book, the_source, cardinality(dates), the_moment, the_user)
    RETURNING batch.no, batch.first_number INTO batch_no, first_number;
    INSERT INTO ledger_journalentry (book_id, number, batch_no, date, line_count, reverses_number, text_digest)
    SELECT the_book, ledger_post.first_number + at - 1, ledger_post.batch_no, dates[at], line_counts[at], reverses[at],
           sha256(salts[at] || convert_to(texts[at], 'UTF8'))
      FROM generate_series(1, cardinality(dates)) AS at;
    INSERT INTO ledger_journalline (book_id, entry_number, no, account_id, date, currency, amount, base_amount)
    SELECT the_book, ledger_post.first_number + line_entries[at] - 1, line_nos[at], accounts[at],
           dates[line_entries[at]], currencies[at], amounts[at], base_amounts[at]
      FROM generate_series(1, cardinality(accounts)) AS at;
    IF texts IS NOT NULL THEN
        INSERT INTO ledger_entrytext (book_id, entry_number, text, salt)
        SELECT the_book, ledger_post.first_number + position - 1, words, salt
          FROM unnest(texts, salts) WITH ORDINALITY AS entry (words, salt, position) WHERE words <> '';
    END IF;
END
$$;

REVOKE EXECUTE ON FUNCTION ledger_refuse_account(bigint, bigint, text, date) FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION ledger_refuse_account(bigint, bigint, text, date) FROM lf_app;
    END IF;
END
$$;
