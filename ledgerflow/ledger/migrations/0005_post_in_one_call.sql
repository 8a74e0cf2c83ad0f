-- lf_app may not lock the state row itself: SELECT ... FOR UPDATE asks for the privilege to update.
CREATE FUNCTION ledger_lock(the_book bigint, OUT next_number bigint, OUT next_batch bigint, OUT closed_through date)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    SELECT state.next_number, state.next_batch, state.closed_through
      INTO next_number, next_batch, closed_through
      FROM ledger_ledgerstate AS state WHERE state.book_id = the_book FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Book % has no ledger.', the_book USING ERRCODE = 'LF012';
    END IF;
END
$$;

-- A batch of entries in one round trip. Line i belongs to entry line_entries[i] (counted from 1) as its line
-- line_nos[i]. Runs with the caller's own privileges, so every guard stands above it.
CREATE FUNCTION ledger_post(
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

REVOKE EXECUTE ON FUNCTION ledger_lock(bigint) FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT EXECUTE ON FUNCTION ledger_lock(bigint) TO lf_app;
    END IF;
END
$$;
