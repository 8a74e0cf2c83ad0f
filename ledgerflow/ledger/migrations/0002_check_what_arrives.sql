-- What arrives in the journal is checked as a set, once for each statement, with the book's state row locked.
-- Row triggers and row foreign keys would cost more than the rows themselves.
--
-- The functions run as their owner, because lf_app may not write the counters and movements they keep. Their
-- search_path puts temporary tables last, so that none can stand in for a table of the ledger, and nobody else
-- may attach them to a table of their own (EXECUTE is taken away below).
--
-- Errors have codes of their own, LF001 to LF012; ledgerflow.ledger.errors names them.

-- Every line's account is in its book, because every line is in a movement and this key is checked for each
-- new movement only. It waits for the commit, so that the trigger's sentence comes first.
ALTER TABLE ledger_movement
    ADD CONSTRAINT ledger_movement_account_in_book FOREIGN KEY (book_id, account_id)
    REFERENCES ledger_account (book_id, id) DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION ledger_batch_arrives() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    UPDATE ledger_ledgerstate
       SET next_batch = next_batch + 1, numbers_promised = numbers_promised + NEW.entry_count
     WHERE book_id = NEW.book_id AND next_batch = NEW.no AND numbers_promised + 1 = NEW.first_number;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Batch % from entry % on does not follow the last one of book %.',
            NEW.no, NEW.first_number, NEW.book_id USING ERRCODE = 'LF003';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER ledger_batch_arrives AFTER INSERT ON ledger_postingbatch
    FOR EACH ROW EXECUTE FUNCTION ledger_batch_arrives();

CREATE FUNCTION ledger_entries_arrive() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    arrived record;
    state ledger_ledgerstate;
BEGIN
    FOR arrived IN
        SELECT book_id, batch_no, count(*) AS entries, min(number) AS first_number, max(number) AS last_number,
               min(date) AS earliest, sum(line_count) AS lines, bool_or(reverses_number IS NOT NULL) AS reverses
          FROM fresh GROUP BY book_id, batch_no ORDER BY book_id, batch_no
    LOOP
        -- The key (book_id, number) makes n numbers from first to first + n - 1 exactly those without a gap.
        UPDATE ledger_ledgerstate AS kept
           SET next_number = kept.next_number + arrived.entries, lines_expected = lines_expected + arrived.lines
         WHERE kept.book_id = arrived.book_id
           AND kept.next_number = arrived.first_number
           AND arrived.last_number = arrived.first_number + arrived.entries - 1
           AND (closed_through IS NULL OR closed_through < arrived.earliest)
           AND EXISTS (SELECT FROM ledger_postingbatch AS batch
                        WHERE batch.book_id = arrived.book_id AND batch.no = arrived.batch_no
                          AND batch.first_number <= arrived.first_number
                          AND arrived.last_number < batch.first_number + batch.entry_count);
        IF NOT FOUND THEN
            SELECT * INTO state FROM ledger_ledgerstate WHERE book_id = arrived.book_id FOR UPDATE;
            IF state.closed_through >= arrived.earliest THEN
                RAISE EXCEPTION 'The books are closed through %; an entry is dated %.',
                    state.closed_through, arrived.earliest USING ERRCODE = 'LF004';
            END IF;
            RAISE EXCEPTION 'Entries % to % of batch % do not follow the last one of book %.',
                arrived.first_number, arrived.last_number, arrived.batch_no, arrived.book_id
                USING ERRCODE = 'LF003';
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

CREATE TRIGGER ledger_entries_arrive AFTER INSERT ON ledger_journalentry REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_arrive();

-- The plans are kept for the session, whether the first posting had two lines or two hundred thousand: only
-- look-ups by key and hashed groups are good for both, hence the settings of the planner.
CREATE FUNCTION ledger_lines_arrive() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off
    SET jit = off AS
$$
DECLARE
    wrong record;
    reverses boolean;
BEGIN
    SELECT count(*) FILTER (WHERE is_sound IS NOT TRUE) AS entries,
           min(entry_number) FILTER (WHERE is_sound IS NOT TRUE) AS first_number,
           min(book_id) FILTER (WHERE is_sound IS NOT TRUE) AS book_id,
           bool_or(reverses_number IS NOT NULL) AS reverses
      INTO wrong
      FROM (SELECT arrived.book_id, arrived.entry_number, entry.reverses_number,
                   arrived.lines = entry.line_count AND lowest = 1 AND highest = entry.line_count
                   AND total = 0 AND earliest = entry.date AND latest = entry.date AS is_sound
              FROM (SELECT book_id, entry_number, count(*) AS lines, min(no) AS lowest, max(no) AS highest,
                           sum(base_amount) AS total, min(date) AS earliest, max(date) AS latest
                      FROM fresh GROUP BY book_id, entry_number) AS arrived
              LEFT JOIN ledger_journalentry AS entry
                     ON entry.book_id = arrived.book_id AND entry.number = arrived.entry_number) AS judged;
    reverses := wrong.reverses;
    IF wrong.entries > 0 THEN
        PERFORM ledger_explain_lines(
            wrong.book_id, wrong.first_number, count(*), sum(base_amount)) 
           FROM fresh WHERE book_id = wrong.book_id AND entry_number = wrong.first_number;
    END IF;

    WITH moved AS MATERIALIZED (
        SELECT book_id, account_id, date_trunc('month', date::timestamp)::date AS month, currency,
               sum(greatest(base_amount, 0)) AS debit, sum(greatest(-base_amount, 0)) AS credit,
               sum(amount) AS amount, count(*) AS lines, bool_and(amount = base_amount) AS is_base
          FROM fresh GROUP BY 1, 2, 3, 4
    ), kept AS (
        -- In sorted order, so that two sessions never wait for each other.
        INSERT INTO ledger_movement AS known
               (book_id, account_id, month, currency, debit, credit, amount, line_count)
        SELECT book_id, account_id, month, currency, debit, credit, amount, lines
          FROM moved ORDER BY book_id, account_id, month, currency
            ON CONFLICT (book_id, account_id, month, currency) DO UPDATE
           SET debit = known.debit + excluded.debit, credit = known.credit + excluded.credit,
               amount = known.amount + excluded.amount, line_count = known.line_count + excluded.line_count
    ), counted AS (
        UPDATE ledger_ledgerstate AS state SET lines_present = lines_present + lines_of_book
          FROM (SELECT book_id, sum(lines) AS lines_of_book FROM moved GROUP BY book_id) AS books
         WHERE state.book_id = books.book_id
    )
    SELECT CASE
               WHEN account.id IS NULL THEN 'LF005'
               WHEN account.is_archived THEN 'LF006'
               ELSE 'LF007'
           END AS code, moved.book_id, moved.account_id, account.code AS account_code, moved.currency,
           coalesce(account.currency, moved.currency) AS account_currency
      INTO wrong
      FROM moved
      JOIN books_book AS book ON book.id = moved.book_id
      LEFT JOIN ledger_account AS account ON account.book_id = moved.book_id AND account.id = moved.account_id
     WHERE account.id IS NULL OR account.is_archived OR account.currency <> moved.currency
        OR moved.amount = 'NaN' OR (moved.currency = book.base_currency AND NOT is_base)
     ORDER BY 1, 2, 3 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%', CASE wrong.code
            WHEN 'LF005' THEN format('Account %s is not in book %s.', wrong.account_id, wrong.book_id)
            WHEN 'LF006' THEN format('Account %s is archived; restore it or choose another.', wrong.account_code)
            ELSE CASE WHEN wrong.currency <> wrong.account_currency
                THEN format('Account %s is kept in %s, not in %s.',
                            wrong.account_code, wrong.account_currency, wrong.currency)
                ELSE format('A line on account %s in %s is no number, or differs from its base amount.',
                            wrong.account_code, wrong.currency) END
            END USING ERRCODE = wrong.code;
    END IF;

    IF reverses THEN
        PERFORM FROM (
            SELECT line.book_id, line.entry_number, account_id, currency, amount, base_amount
              FROM fresh AS line
              JOIN ledger_journalentry AS entry
                ON entry.book_id = line.book_id AND entry.number = line.entry_number
             WHERE entry.reverses_number IS NOT NULL
            EXCEPT ALL
            SELECT entry.book_id, entry.number, account_id, currency, -amount, -base_amount
              FROM (SELECT DISTINCT book_id, entry_number FROM fresh) AS arrived
              JOIN ledger_journalentry AS entry
                ON entry.book_id = arrived.book_id AND entry.number = arrived.entry_number
              JOIN ledger_journalline AS line
                ON line.book_id = entry.book_id AND line.entry_number = entry.reverses_number) AS unlike;
        IF FOUND THEN
            RAISE EXCEPTION 'A reversal does not mirror the entry that it reverses.' USING ERRCODE = 'LF008';
        END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION ledger_explain_lines(the_book bigint, the_entry bigint, lines bigint, total numeric) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    entry ledger_journalentry;
BEGIN
    SELECT * INTO entry FROM ledger_journalentry WHERE book_id = the_book AND number = the_entry;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Lines of entry % of book % have no entry.', the_entry, the_book USING ERRCODE = 'LF002';
    END IF;
    IF lines <> entry.line_count THEN
        RAISE EXCEPTION 'Entry % of book % has % lines; % arrived.', the_entry, the_book, entry.line_count, lines
            USING ERRCODE = 'LF002';
    END IF;
    IF total <> 0 THEN
        RAISE EXCEPTION 'Entry % of book % is out of balance by %.', the_entry, the_book, total
            USING ERRCODE = 'LF001';
    END IF;
    RAISE EXCEPTION 'The lines of entry % of book % are not numbered 1 to %, or not all dated %.',
        the_entry, the_book, entry.line_count, entry.date USING ERRCODE = 'LF002';
END
$$;

CREATE TRIGGER ledger_lines_arrive AFTER INSERT ON ledger_journalline REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_lines_arrive();

-- An entry has either no lines or, by the trigger above and the key of the lines, exactly its own. So the two
-- sums are equal only when every entry has its lines.
CREATE FUNCTION ledger_state_is_complete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    -- The row as it is now, at the end of the transaction, not as it was when the trigger was queued.
    PERFORM FROM ledger_ledgerstate
      WHERE book_id = NEW.book_id
        AND (lines_expected <> lines_present OR numbers_promised <> next_number - 1);
    IF FOUND THEN
        RAISE EXCEPTION 'Book % has a batch without its entries or an entry without its lines.', NEW.book_id
            USING ERRCODE = 'LF002';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER ledger_state_is_complete AFTER INSERT OR UPDATE ON ledger_ledgerstate
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.lines_expected <> NEW.lines_present OR NEW.numbers_promised <> NEW.next_number - 1)
    EXECUTE FUNCTION ledger_state_is_complete();

REVOKE EXECUTE ON FUNCTION ledger_batch_arrives(), ledger_entries_arrive(), ledger_lines_arrive(),
    ledger_explain_lines(bigint, bigint, bigint, numeric), ledger_state_is_complete() FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION ledger_batch_arrives(), ledger_entries_arrive(), ledger_lines_arrive(),
            ledger_explain_lines(bigint, bigint, bigint, numeric), ledger_state_is_complete() FROM lf_app;
    END IF;
END
$$;
