DROP TRIGGER ledger_link_stays ON ledger_chainlink;
DROP TRIGGER ledger_link_is_derived ON ledger_chainlink;
CREATE OR REPLACE FUNCTION ledger_batch_is_complete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
    SET plan_cache_mode = force_generic_plan AS
$$
DECLARE
    entries bigint;
    expected bigint;
    present bigint;
BEGIN
    SELECT count(*), sum(line_count), (
               SELECT count(*) FROM ledger_journalline WHERE book_id = NEW.book_id
                  AND entry_number BETWEEN NEW.first_number AND NEW.first_number + NEW.entry_count - 1)
      INTO entries, expected, present
      FROM ledger_journalentry
     WHERE book_id = NEW.book_id AND number BETWEEN NEW.first_number AND NEW.first_number + NEW.entry_count - 1;
    IF entries <> NEW.entry_count OR expected <> present THEN
        RAISE EXCEPTION 'Batch % of book % lacks entries, or an entry of it lacks its lines.', NEW.no, NEW.book_id
            USING ERRCODE = 'LF002';
    END IF;
    RETURN NULL;
END
$$;
DROP FUNCTION ledger_digest(ledger_postingbatch, bytea);
DROP FUNCTION ledger_chained_line(bigint, smallint, integer, text, numeric, numeric);
DROP TRIGGER ledger_text_loses_its_salt ON ledger_entrytext;
DROP TRIGGER ledger_text_is_only_erased ON ledger_entrytext;
DROP TRIGGER ledger_text_is_the_entrys ON ledger_entrytext;
CREATE TRIGGER ledger_text_is_only_erased BEFORE UPDATE ON ledger_entrytext FOR EACH ROW
    WHEN (NEW.text <> '' OR (NEW.book_id, NEW.entry_number) <> (OLD.book_id, OLD.entry_number))
    EXECUTE FUNCTION ledger_refuse_change();
DROP FUNCTION ledger_text_is_the_entrys();
DROP TRIGGER ledger_account_keeps_its_number ON ledger_account;
DROP TRIGGER ledger_account_gets_its_number ON ledger_account;
DROP FUNCTION ledger_account_gets_its_number();
CREATE OR REPLACE FUNCTION ledger_post(
    the_book bigint, the_source text, the_user bigint, the_moment timestamptz,
    dates date[], line_counts smallint[], reverses bigint[], texts text[],
    line_entries integer[], line_nos smallint[], accounts bigint[], currencies text[],
    amounts numeric[], base_amounts numeric[],
    OUT batch_no bigint, OUT first_number bigint
)
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS
$$
BEGIN
    INSERT INTO ledger_postingbatch AS batch (book_id, source, entry_count, posted_at, posted_by_id)
    VALUES (the_book, the_source, cardinality(dates), the_moment, the_user)
    RETURNING batch.no, batch.first_number INTO batch_no, first_number;
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
DELETE FROM ledger_chainlink;
