-- What a line becomes beside its bank account: its parts in their order, of each the business's part, and behind them
-- the private parts, which go to drawings. The business's part is rounded half up (away from zero) to the digits of the
-- line's currency and the private one is the rest, so that both add up to the part exactly. A part of which nothing is
-- left for the business goes to drawings whole, in its own place.
--
-- "as_posted" divides by what was recorded when the line was posted, otherwise by what is said now for the line's day.
CREATE FUNCTION posting_parts_of(the_line bigint, as_posted boolean) RETURNS TABLE (
    no bigint, account_id bigint, amount numeric, tax_line text, is_private boolean, part_no bigint,
    of_account_id bigint, share numeric, said text
) LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH given AS (
        SELECT line.book_id, line.date, line.currency, made.payee_id, made.business_share, made.entry_number,
            part.no, part.account_id, part.amount, part.tax_line
        FROM classification_classification made
        JOIN statements_statementline line ON line.id = made.line_id
        CROSS JOIN LATERAL (
            SELECT 1::bigint AS no, made.account_id, line.amount, made.tax_line WHERE NOT made.is_split
            UNION ALL
            SELECT row_number() OVER (ORDER BY split.no), split.account_id, split.amount, split.tax_line
            FROM classification_classificationsplit split
            WHERE made.is_split AND split.classification_id = made.line_id
        ) part
        WHERE made.line_id = the_line
    ), shared AS (
        SELECT given.*, used.share, used.said, drawings.id AS drawings_id,
            CASE WHEN used.share IS NULL THEN given.amount
                ELSE round(given.amount * used.share / 100, ledger_minor_digits(given.currency)) END AS business
        FROM given
        LEFT JOIN LATERAL (
            SELECT now_used.share, now_used.said FROM classification_business_use(
                given.book_id, given.account_id, given.payee_id, given.date, given.business_share) now_used
            WHERE NOT as_posted
            UNION ALL
            SELECT kept.share, kept.said FROM posting_privatepart kept
            WHERE as_posted AND kept.book_id = given.book_id AND kept.entry_number = given.entry_number
                AND kept.part_no = given.no
        ) used ON true
        LEFT JOIN ledger_account drawings
            ON used.share IS NOT NULL AND drawings.book_id = given.book_id AND drawings.role = 'drawings'
    )
    SELECT shared.no, CASE WHEN business = 0 AND amount <> 0 THEN drawings_id ELSE shared.account_id END,
        CASE WHEN business = 0 THEN amount ELSE business END,
        CASE WHEN business = 0 AND amount <> 0 THEN '' ELSE shared.tax_line END,
        business = 0 AND amount <> 0, shared.no, shared.account_id, shared.share, shared.said
    FROM shared
    UNION ALL
    SELECT (SELECT max(whole.no) FROM shared whole) + row_number() OVER (ORDER BY shared.no), drawings_id,
        amount - business, '', true, shared.no, shared.account_id, shared.share, shared.said
    FROM shared WHERE business <> 0 AND business <> amount
$$;

ALTER TABLE posting_privatepart
    ADD CONSTRAINT posting_private_part_of_an_entry
        FOREIGN KEY (book_id, entry_number) REFERENCES ledger_journalentry (book_id, number),
    ADD CONSTRAINT posting_private_part_account_in_book
        FOREIGN KEY (book_id, account_id) REFERENCES ledger_account (book_id, id);

-- What is recorded is compared with the entry: the line goes to drawings, and in the book's currency it is the part of
-- its part that the share leaves. It comes with the entry, never to a day that is closed.
CREATE FUNCTION posting_check_private_parts() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh
        JOIN books_book book ON book.id = fresh.book_id
        LEFT JOIN ledger_journalline line
            ON line.book_id = fresh.book_id AND line.entry_number = fresh.entry_number AND line.no = fresh.no
        LEFT JOIN ledger_account drawings ON drawings.id = line.account_id AND drawings.book_id = fresh.book_id
        LEFT JOIN ledger_account account ON account.id = fresh.account_id AND account.book_id = fresh.book_id
        LEFT JOIN ledger_journalentry entry ON entry.book_id = fresh.book_id AND entry.number = fresh.entry_number
        LEFT JOIN ledger_postingbatch batch ON batch.book_id = fresh.book_id AND batch.no = entry.batch_no
        LEFT JOIN ledger_journalline bank
            ON bank.book_id = fresh.book_id AND bank.entry_number = fresh.entry_number AND bank.no = 1
        LEFT JOIN ledger_journalline business
            ON business.book_id = fresh.book_id AND business.entry_number = fresh.entry_number
            AND business.no = fresh.part_no + 1 AND business.no <> fresh.no
        LEFT JOIN ledger_ledgerstate state ON state.book_id = fresh.book_id
        WHERE (
            fresh.no > 1 AND drawings.role = 'drawings' AND account.type = 'expense'
            AND entry.reverses_number IS NULL AND batch.source = 'statement'
            AND (state.closed_through IS NULL OR line.date > state.closed_through)
            AND (fresh.no = fresh.part_no + 1 OR business.account_id = fresh.account_id)
            AND (bank.currency <> book.base_currency OR coalesce(business.amount, 0) = round(
                (coalesce(business.amount, 0) + line.amount) * fresh.share / 100,
                ledger_minor_digits(book.base_currency)))
        ) IS NOT TRUE
    ) THEN
        RAISE 'A private part comes with the entry of a bank line, goes to drawings, and is what the share leaves.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_1_check_private_parts AFTER INSERT ON posting_privatepart
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION posting_check_private_parts();
CREATE TRIGGER posting_2_keep_private_parts BEFORE UPDATE OR DELETE OR TRUNCATE ON posting_privatepart
    FOR EACH STATEMENT EXECUTE FUNCTION posting_refuse();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON posting_privatepart FROM lf_app;
    END IF;
END
$$;
