-- A hash chain over the journal: each batch's link is the SHA-256 of the link before and of everything that the batch
-- posted. Whoever changes a posted row past every guard breaks its link; whoever computes the whole chain anew ends at
-- another head than the one that was printed.
--
-- Accounts enter by a number of their own, because ids are other ones in another installation and codes change. Words
-- enter as salted digests, so that they can be erased.

CREATE FUNCTION ledger_account_gets_its_number() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    NEW.chain_no := (SELECT coalesce(max(chain_no), 0) + 1 FROM ledger_account WHERE book_id = NEW.book_id);
    RETURN NEW;
END
$$;

CREATE TRIGGER ledger_account_gets_its_number BEFORE INSERT ON ledger_account FOR EACH ROW
    WHEN (NEW.chain_no = 0) EXECUTE FUNCTION ledger_account_gets_its_number();
CREATE TRIGGER ledger_account_keeps_its_number BEFORE UPDATE OF chain_no ON ledger_account FOR EACH ROW
    WHEN (NEW.chain_no <> OLD.chain_no AND OLD.chain_no <> 0) EXECUTE FUNCTION ledger_refuse_change();

UPDATE ledger_account AS account SET chain_no = numbered.place
  FROM (SELECT id, row_number() OVER (PARTITION BY book_id ORDER BY id) AS place FROM ledger_account) AS numbered
 WHERE numbered.id = account.id;

-- Words are those whose salted digest the entry names; when they are erased, the salt goes too. A copy of a book in which
-- they are erased has neither.
CREATE FUNCTION ledger_text_is_the_entrys() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    promised bytea;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.salt := NULL;
        RETURN NEW;
    END IF;
    SELECT text_digest INTO promised FROM ledger_journalentry WHERE book_id = NEW.book_id AND number = NEW.entry_number;
    IF promised IS NULL OR NOT (NEW.text = '' AND NEW.salt IS NULL)
        AND (sha256(NEW.salt || convert_to(NEW.text, 'UTF8')) = promised) IS NOT TRUE
    THEN
        RAISE EXCEPTION 'These are not the words that entry % was posted with.', NEW.entry_number
            USING ERRCODE = 'LF009';
    END IF;
    RETURN NEW;
END
$$;

DROP TRIGGER ledger_text_is_only_erased ON ledger_entrytext;
ALTER TABLE ledger_journalentry DISABLE TRIGGER ledger_entry_stays;
UPDATE ledger_entrytext SET salt = uuid_send(gen_random_uuid()) WHERE text <> '';
UPDATE ledger_journalentry AS entry SET text_digest = sha256(coalesce(words.salt, '') || convert_to(words.text, 'UTF8'))
  FROM ledger_entrytext AS words WHERE words.book_id = entry.book_id AND words.entry_number = entry.number;
ALTER TABLE ledger_journalentry ENABLE TRIGGER ledger_entry_stays;
CREATE TRIGGER ledger_text_is_the_entrys BEFORE INSERT ON ledger_entrytext FOR EACH ROW
    EXECUTE FUNCTION ledger_text_is_the_entrys();
CREATE TRIGGER ledger_text_is_only_erased BEFORE UPDATE ON ledger_entrytext FOR EACH ROW
    WHEN (NEW.text <> '' OR (NEW.book_id, NEW.entry_number) <> (OLD.book_id, OLD.entry_number))
    EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_text_loses_its_salt BEFORE UPDATE ON ledger_entrytext FOR EACH ROW
    EXECUTE FUNCTION ledger_text_is_the_entrys();

-- One line of the chained text. Casts rather than implicit conversions, so that PostgreSQL may inline it.
CREATE FUNCTION ledger_chained_line(
    entry bigint, no smallint, account integer, currency text, amount numeric, base_amount numeric
) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN entry::text || ' ' || no::text || ' ' || account::text || ' ' || currency || ' ' || amount::text || ' '
       || base_amount::text || E'\n';

-- The digest of a batch after the link before it; NULL where entries or lines are missing. The text, in UTF-8:
--   batch NO SOURCE FIRST-NUMBER ENTRY-COUNT POSTED-AT (UTC, microseconds)
--   NUMBER DATE REVERSED-NUMBER-OR-MINUS [TEXT-DIGEST]     a line for each entry
--   ENTRY NO ACCOUNT CURRENCY AMOUNT BASE-AMOUNT           a line for each journal line, four decimals
-- Its plan is made by the first caller of a session; the trigger below says for which sizes.
CREATE FUNCTION ledger_digest(batch ledger_postingbatch, previous bytea) RETURNS bytea
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS
$$
DECLARE
    last_number bigint := batch.first_number + batch.entry_count - 1;
    digest bytea;
BEGIN
    SELECT sha256(previous || convert_to(
               'batch ' || batch.no::text || ' ' || batch.source || ' ' || batch.first_number::text || ' '
               || batch.entry_count::text || ' '
               || to_char(batch.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || E'\n'
               || entry.texts || line.texts, 'UTF8'))
      INTO digest
      FROM (SELECT count(*) AS present, sum(line_count) AS line_count, string_agg(text, '') AS texts
              FROM (SELECT line_count, number::text || ' ' || to_char(date, 'YYYY-MM-DD') || ' '
                                       || coalesce(reverses_number::text, '-')
                                       || coalesce(' ' || encode(text_digest, 'hex'), '') || E'\n' AS text
                      FROM ledger_journalentry
                     WHERE book_id = batch.book_id AND number BETWEEN batch.first_number AND last_number
                     ORDER BY number) AS ordered) AS entry,
           (SELECT count(*) AS present, string_agg(text, '') AS texts
              FROM (SELECT ledger_chained_line(line.entry_number, line.no, account.chain_no, line.currency, line.amount,
                                               line.base_amount) AS text
                      FROM ledger_journalline AS line
                      LEFT JOIN LATERAL (
                            SELECT chain_no FROM ledger_account WHERE id = line.account_id OFFSET 0) AS account ON true
                     WHERE line.book_id = batch.book_id AND line.entry_number BETWEEN batch.first_number AND last_number
                     ORDER BY line.entry_number, line.no) AS ordered) AS line
     WHERE entry.present = batch.entry_count AND entry.line_count = line.present;
    RETURN digest;
END
$$;

-- When the transaction commits, the numbers that a batch promised all have their entry, and every entry its lines:
-- it has either none or, by the trigger on lines and their key, exactly its own. Then the batch is chained. Plans are
-- kept whatever the sizes: ranges of keys in order, and accounts looked up line by line, a microsecond each.
CREATE OR REPLACE FUNCTION ledger_batch_is_complete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
    SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off
    SET jit = off SET plan_cache_mode = force_generic_plan AS
$$
DECLARE
    link bytea;
BEGIN
    link := ledger_digest(NEW, coalesce(
        (SELECT digest FROM ledger_chainlink WHERE book_id = NEW.book_id AND batch_no = NEW.no - 1),
        (SELECT chain_origin FROM ledger_ledgerstate WHERE book_id = NEW.book_id)));
    IF link IS NULL THEN
        RAISE EXCEPTION 'Batch % of book % lacks entries, or an entry of it lacks its lines.', NEW.no, NEW.book_id
            USING ERRCODE = 'LF002';
    END IF;
    INSERT INTO ledger_chainlink (book_id, batch_no, digest) VALUES (NEW.book_id, NEW.no, link);
    RETURN NULL;
END
$$;

-- A batch of entries in one round trip, as before; words get their salt here.
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
    SELECT the_book, ledger_post.first_number + position - 1, ledger_post.batch_no, date, lines, reversed,
           sha256(salt || convert_to(words, 'UTF8'))
      FROM unnest(dates, line_counts, reverses, texts, salts) WITH ORDINALITY
           AS entry (date, lines, reversed, words, salt, position);
    INSERT INTO ledger_journalline (book_id, entry_number, no, account_id, date, currency, amount, base_amount)
    SELECT the_book, ledger_post.first_number + entry - 1, no, account, dates[entry], currency, amount, base_amount
      FROM unnest(line_entries, line_nos, accounts, currencies, amounts, base_amounts)
           AS line (entry, no, account, currency, amount, base_amount);
    IF texts IS NOT NULL THEN
        INSERT INTO ledger_entrytext (book_id, entry_number, text, salt)
        SELECT the_book, ledger_post.first_number + position - 1, words, salt
          FROM unnest(texts, salts) WITH ORDINALITY AS entry (words, salt, position) WHERE words <> '';
    END IF;
END
$$;

-- What was posted before there was a chain enters it as it stands.
DO $$
DECLARE
    batch ledger_postingbatch;
BEGIN
    FOR batch IN SELECT * FROM ledger_postingbatch ORDER BY book_id, no LOOP
        INSERT INTO ledger_chainlink (book_id, batch_no, digest)
        SELECT batch.book_id, batch.no, ledger_digest(batch, coalesce(
            (SELECT digest FROM ledger_chainlink WHERE book_id = batch.book_id AND batch_no = batch.no - 1),
            (SELECT chain_origin FROM ledger_ledgerstate WHERE book_id = batch.book_id)));
    END LOOP;
END
$$;

CREATE TRIGGER ledger_link_is_derived BEFORE INSERT ON ledger_chainlink
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_link_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_chainlink
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

REVOKE EXECUTE ON FUNCTION ledger_account_gets_its_number(), ledger_text_is_the_entrys() FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION ledger_account_gets_its_number(), ledger_text_is_the_entrys() FROM lf_app;
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ledger_chainlink FROM lf_app;
        GRANT SELECT ON ledger_chainlink TO lf_app;
    END IF;
END
$$;
