DROP TRIGGER ledger_batch_arrives ON ledger_postingbatch;

CREATE OR REPLACE FUNCTION ledger_batch_arrives() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS
$$
BEGIN
    UPDATE ledger_ledgerstate
       SET next_batch = next_batch + 1, next_number = next_number + NEW.entry_count
     WHERE book_id = NEW.book_id AND next_batch = NEW.no AND next_number = NEW.first_number;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Batch % from entry % on does not follow the last one of book %.',
            NEW.no, NEW.first_number, NEW.book_id USING ERRCODE = 'LF003';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER ledger_batch_arrives AFTER INSERT ON ledger_postingbatch
    FOR EACH ROW EXECUTE FUNCTION ledger_batch_arrives();

CREATE OR REPLACE FUNCTION ledger_entries_arrive() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS
$$
DECLARE
    arrived record;
    closed date;
BEGIN
    FOR arrived IN
        SELECT book_id, batch_no, min(number) AS first_number, max(number) AS last_number, min(date) AS earliest,
               bool_or(reverses_number IS NOT NULL) AS reverses
          FROM fresh GROUP BY book_id, batch_no ORDER BY book_id, batch_no
    LOOP
        -- The batch is this transaction's own: every number of an older one is taken.
        SELECT state.closed_through INTO closed
          FROM ledger_postingbatch AS batch JOIN ledger_ledgerstate AS state ON state.book_id = batch.book_id
         WHERE batch.book_id = arrived.book_id AND batch.no = arrived.batch_no
           AND batch.first_number <= arrived.first_number
           AND arrived.last_number < batch.first_number + batch.entry_count;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'Entries % to % are not the numbers that batch % of book % promised.',
                arrived.first_number, arrived.last_number, arrived.batch_no, arrived.book_id
                USING ERRCODE = 'LF003';
        END IF;
        IF closed >= arrived.earliest THEN
            RAISE EXCEPTION 'The books are closed through %; an entry is dated %.', closed, arrived.earliest
                USING ERRCODE = 'LF004';
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
    END LOOP;
    RETURN NULL;
END
$$;

CREATE FUNCTION ledger_explain_account(
    the_book bigint, the_account bigint, code text, is_archived boolean, kept_in text, currency text
) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF code IS NULL THEN
        RAISE EXCEPTION 'Account % is not in book %.', the_account, the_book USING ERRCODE = 'LF005';
    END IF;
    IF is_archived THEN
        RAISE EXCEPTION 'Account % is archived; restore it or choose another.', code USING ERRCODE = 'LF006';
    END IF;
    IF kept_in <> currency THEN
        RAISE EXCEPTION 'Account % is kept in %, not in %.', code, kept_in, currency USING ERRCODE = 'LF007';
    END IF;
    RAISE EXCEPTION 'A line on account % in % is no number, or differs from its base amount.', code, currency
        USING ERRCODE = 'LF007';
END
$$;

CREATE OR REPLACE FUNCTION ledger_lines_arrive() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_nestloop = off SET enable_mergejoin = off SET enable_sort = off
    SET jit = off AS
$$
DECLARE
    arrived record;
    base text;
    wrong_number bigint;
    reverses boolean;
    wrong record;
BEGIN
    FOR arrived IN
        SELECT book_id, min(entry_number) AS first_number, max(entry_number) AS last_number
          FROM fresh GROUP BY book_id ORDER BY book_id
    LOOP
        -- Lines of one entry with two dates fall into two groups, of which neither is complete.
        SELECT min(entry_number) FILTER (WHERE is_sound IS NOT TRUE), bool_or(reverses_number IS NOT NULL)
          INTO wrong_number, reverses
          FROM (SELECT line.entry_number, entry.reverses_number,
                       lines = entry.line_count AND highest = entry.line_count AND total = 0 AS is_sound
                  FROM (SELECT entry_number, date, count(*) AS lines, max(no) AS highest, sum(base_amount) AS total
                          FROM fresh WHERE book_id = arrived.book_id GROUP BY entry_number, date) AS line
                  LEFT JOIN ledger_journalentry AS entry
                         ON entry.book_id = arrived.book_id
                        AND entry.number BETWEEN arrived.first_number AND arrived.last_number
                        AND entry.number = line.entry_number AND entry.date = line.date) AS judged;
        IF wrong_number IS NOT NULL THEN
            PERFORM ledger_explain_lines(arrived.book_id, wrong_number, count(*), sum(base_amount))
               FROM fresh WHERE book_id = arrived.book_id AND entry_number = wrong_number;
        END IF;

        SELECT base_currency INTO base FROM books_book WHERE id = arrived.book_id;
        WITH moved AS MATERIALIZED (
            -- Amounts in the base currency are their base amounts, so only the others are added up again.
            SELECT account_id, date_trunc('month', date::timestamp)::date AS month, currency, count(*) AS lines,
                   coalesce(sum(base_amount) FILTER (WHERE base_amount > 0), 0) AS debit,
                   coalesce(-sum(base_amount) FILTER (WHERE base_amount < 0), 0) AS credit,
                   sum(amount - base_amount) FILTER (WHERE amount <> base_amount) AS difference
              FROM fresh WHERE book_id = arrived.book_id GROUP BY 1, 2, 3
        ), kept AS (
            -- In sorted order, so that two sessions never wait for each other.
            INSERT INTO ledger_movement AS known
                   (book_id, account_id, month, currency, debit, credit, amount, line_count)
            SELECT arrived.book_id, account_id, month, currency, debit, credit,
                   debit - credit + coalesce(difference, 0), lines
              FROM moved ORDER BY account_id, month, currency
                ON CONFLICT (book_id, account_id, month, currency) DO UPDATE
               SET debit = known.debit + excluded.debit, credit = known.credit + excluded.credit,
                   amount = known.amount + excluded.amount, line_count = known.line_count + excluded.line_count
        )
        SELECT moved.account_id, moved.currency, account.* INTO wrong
          FROM moved
          LEFT JOIN LATERAL (
                SELECT code, currency AS kept_in, is_archived FROM ledger_account
                 WHERE book_id = arrived.book_id AND id = moved.account_id) AS account ON true
         WHERE account.code IS NULL OR account.is_archived OR account.kept_in <> moved.currency
            OR difference = 'NaN' OR (moved.currency = base AND difference IS NOT NULL)
         LIMIT 1;
        IF FOUND THEN
            PERFORM ledger_explain_account(
                arrived.book_id, wrong.account_id, wrong.code, wrong.is_archived, wrong.kept_in, wrong.currency);
        END IF;

        IF reverses THEN
            PERFORM FROM (
                SELECT line.entry_number, account_id, currency, amount, base_amount
                  FROM fresh AS line
                  JOIN ledger_journalentry AS entry
                    ON entry.book_id = line.book_id AND entry.number = line.entry_number
                 WHERE line.book_id = arrived.book_id AND entry.reverses_number IS NOT NULL
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
    END LOOP;
    RETURN NULL;
END
$$;

DROP FUNCTION ledger_refuse_account(bigint, bigint, text);

CREATE OR REPLACE FUNCTION ledger_batch_is_complete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS
$$
DECLARE
    entries bigint;
    expected bigint;
    present bigint;
BEGIN
    SELECT count(*), sum(line_count) INTO entries, expected FROM ledger_journalentry
     WHERE book_id = NEW.book_id AND number BETWEEN NEW.first_number AND NEW.first_number + NEW.entry_count - 1;
    SELECT count(*) INTO present FROM ledger_journalline
     WHERE book_id = NEW.book_id AND entry_number BETWEEN NEW.first_number AND NEW.first_number + NEW.entry_count - 1;
    IF entries <> NEW.entry_count OR expected <> present THEN
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
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    SELECT next_batch, next_number INTO batch_no, first_number FROM ledger_lock(the_book);
    INSERT INTO ledger_postingbatch (book_id, no, source, first_number, entry_count, posted_at, posted_by_id)
    VALUES (the_book, batch_no, the_source, ledger_post.first_number, cardinality(dates), the_moment, the_user);
    INSERT INTO ledger_journalentry (book_id, number, batch_no, date, line_count, reverses_number)
    SELECT the_book, ledger_post.first_number + position - 1, ledger_post.batch_no, date, lines, reversed
      FROM unnest(dates, line_counts, reverses) WITH ORDINALITY AS entry (date, lines, reversed, position);
    INSERT INTO ledger_journalline (book_id, entry_number, no, account_id, date, currency, amount, base_amount)
    SELECT the_book, ledger_post.first_number + entry - 1, no, account, dates[entry], currency, amount, base_amount
      FROM unnest(line_entries, line_nos, accounts, currencies, amounts, base_amounts)
           AS line (entry, no, account, currency, amount, base_amount);
    IF texts IS NOT NULL THEN
        INSERT INTO ledger_entrytext (book_id, entry_number, text)
        SELECT the_book, ledger_post.first_number + position - 1, words
          FROM unnest(texts) WITH ORDINALITY AS entry (words, position) WHERE words <> '';
    END IF;
END
$$;

REVOKE EXECUTE ON FUNCTION ledger_explain_account(bigint, bigint, text, boolean, text, text) FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION ledger_explain_account(bigint, bigint, text, boolean, text, text) FROM lf_app;
    END IF;
END
$$;
