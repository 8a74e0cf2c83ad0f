-- The entry of a bank line in another currency is made at a rate that stays on record beside it: one of the book's, or
-- what follows from the amount that the bank itself stated. Each currency adds up to zero by itself.
--
-- What is recorded is compared with the entry as a set. Plans are kept for the session, so each row is looked up by index.
CREATE FUNCTION posting_check_exchanges() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh
        JOIN books_book book ON book.id = fresh.book_id
        LEFT JOIN ledger_journalline booked
            ON booked.book_id = fresh.book_id AND booked.entry_number = fresh.entry_number AND booked.no = 1
        LEFT JOIN ledger_exchangerate rate ON rate.id = fresh.exchange_rate_id AND rate.book_id = fresh.book_id
        WHERE (booked.currency <> book.base_currency AND CASE WHEN fresh.exchange_rate_id IS NULL
            THEN fresh.stated_amount = booked.base_amount AND fresh.rate_date = booked.date
                AND fresh.rate = round(fresh.stated_amount / booked.amount, 12) AND fresh.rate > 0
            ELSE rate.rate = fresh.rate AND rate.date = fresh.rate_date AND rate.currency = booked.currency
                AND rate.replaced_at IS NULL AND fresh.rate_date BETWEEN booked.date - 7 AND booked.date
                AND booked.base_amount
                    = round(booked.amount * fresh.rate, ledger_minor_digits(book.base_currency))
        END) IS NOT TRUE
    ) THEN
        RAISE 'What is recorded of an exchange is the rate at which its entry was made.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM fresh
        JOIN ledger_journalline line ON line.book_id = fresh.book_id AND line.entry_number = fresh.entry_number
        GROUP BY line.book_id, line.entry_number, line.currency HAVING sum(line.amount) <> 0
    ) THEN
        RAISE 'In the entry of a line in another currency each currency adds up to zero by itself.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_1_check_exchanges AFTER INSERT ON posting_exchange
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION posting_check_exchanges();
CREATE TRIGGER posting_2_keep_exchanges BEFORE UPDATE OR DELETE OR TRUNCATE ON posting_exchange
    FOR EACH STATEMENT EXECUTE FUNCTION posting_refuse();

-- As before, and: the entry of a line in another currency has its exchange on record, and what the bank stated goes
-- before a rate. A set in the book's own currency costs no look-up for it.
--
-- The function runs as its owner, because lf_app may not write the record of what was reversed.
--
-- Plans are kept for the session, whether the first set had one row or five thousand: looking each bank line up by
-- index, and joining by hash what is in one range of the journal's key, are good for both. Hence the settings of the
-- planner and the OFFSET 0. NOT IN and IN are hashed, so that sets are compared in one pass.
CREATE OR REPLACE FUNCTION posting_check_links() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_nestloop = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    linked record;
    unlinked record;
    recorded bigint;
    base text;
BEGIN
    FOR linked IN
        SELECT book_id, min(entry_number) AS first_number, max(entry_number) AS last_number FROM fresh
        WHERE state = 'posted' AND line_id NOT IN (SELECT line_id FROM old_rows WHERE state = 'posted')
        GROUP BY book_id ORDER BY book_id
    LOOP
        -- Whoever reverses one of the entries meanwhile waits, or was first.
        PERFORM FROM ledger_lock(linked.book_id);
        SELECT base_currency INTO base FROM books_book WHERE id = linked.book_id;
        IF EXISTS (
            SELECT FROM fresh
            LEFT JOIN LATERAL (
                SELECT said.bank_account_id, said.date, said.amount, said.currency
                FROM statements_statementline said
                WHERE said.id = fresh.line_id AND said.book_id = fresh.book_id AND said.hold = '' AND NOT said.is_pending
                OFFSET 0
            ) line ON true
            LEFT JOIN statements_bankaccount bank
                ON bank.book_id = linked.book_id AND bank.id = line.bank_account_id
            LEFT JOIN ledger_journalline booked
                ON booked.book_id = linked.book_id AND booked.entry_number = fresh.entry_number AND booked.no = 1
                AND booked.entry_number BETWEEN linked.first_number AND linked.last_number
            WHERE fresh.book_id = linked.book_id AND fresh.state = 'posted'
                AND fresh.line_id NOT IN (SELECT line_id FROM old_rows WHERE state = 'posted')
                AND (
                    booked.account_id = bank.ledger_account_id AND booked.amount = line.amount
                    AND booked.currency = line.currency AND booked.date = line.date
                    AND (booked.currency = base OR EXISTS (
                        SELECT FROM posting_exchange exchange
                        WHERE exchange.book_id = linked.book_id AND exchange.entry_number = fresh.entry_number
                            AND exchange.stated_amount IS NOT DISTINCT FROM (
                                SELECT base_amount FROM posting_statedamount WHERE line_id = fresh.line_id)
                    ))
                ) IS NOT TRUE
        ) THEN
            RAISE 'A line is posted by an entry that says what it says, and is neither held back nor pending.'
                USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (
            SELECT FROM ledger_journalentry
            WHERE book_id = linked.book_id AND reverses_number BETWEEN linked.first_number AND linked.last_number
                AND (reverses_number IN (SELECT entry_number FROM fresh WHERE book_id = linked.book_id)) IS TRUE
        ) THEN
            RAISE 'An entry that is reversed stands for no line.' USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;

    FOR unlinked IN
        SELECT book_id, min(entry_number) AS first_number, max(entry_number) AS last_number, count(*) AS lines
        FROM old_rows
        WHERE state = 'posted' AND line_id NOT IN (SELECT line_id FROM fresh WHERE state = 'posted')
        GROUP BY book_id ORDER BY book_id
    LOOP
        INSERT INTO posting_reversedposting (book_id, entry_number, line_id, reversed_by_number)
        SELECT posted.book_id, posted.entry_number, posted.line_id, reversal.number
        FROM old_rows posted
        JOIN ledger_journalentry reversal
            ON reversal.book_id = unlinked.book_id AND reversal.reverses_number = posted.entry_number
            AND reversal.reverses_number BETWEEN unlinked.first_number AND unlinked.last_number
        WHERE posted.book_id = unlinked.book_id AND posted.state = 'posted'
            AND posted.line_id NOT IN (SELECT line_id FROM fresh WHERE state = 'posted');
        GET DIAGNOSTICS recorded = ROW_COUNT;
        IF recorded <> unlinked.lines THEN
            RAISE 'A posted line goes back to review only when its entry is reversed.'
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- What the bank stated is about a line in another currency that is booked by the bank, and stays while the journal
-- stands on it. The ledger is locked, so that stating and posting do not race.
CREATE FUNCTION posting_check_stated() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stated posting_statedamount := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    PERFORM FROM ledger_lock(stated.book_id);
    IF EXISTS (SELECT FROM classification_classification WHERE line_id = stated.line_id AND state = 'posted') THEN
        RAISE 'The entry of the line stands on what the bank stated; reverse it first.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.line_id, NEW.book_id) IS DISTINCT FROM (OLD.line_id, OLD.book_id)
        OR TG_OP <> 'DELETE' AND NOT EXISTS (
            SELECT FROM statements_statementline line JOIN books_book book ON book.id = line.book_id
            WHERE line.id = NEW.line_id AND line.book_id = NEW.book_id AND NOT line.is_pending
                AND line.currency <> book.base_currency AND sign(line.amount) = sign(NEW.base_amount)
                AND NEW.base_amount = round(NEW.base_amount, ledger_minor_digits(book.base_currency))
                AND NEW.base_amount <> 0 AND abs(NEW.base_amount) < 1e15
                AND round(NEW.base_amount / line.amount, 12) BETWEEN 1e-12 AND 1e12 - 1e-12
        )
    THEN
        RAISE 'A bank states an amount in the book''s currency for a line in another one, with its sign.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER posting_check_stated BEFORE INSERT OR UPDATE OR DELETE ON posting_statedamount
    FOR EACH ROW EXECUTE FUNCTION posting_check_stated();

CREATE FUNCTION posting_forget_stated() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    DELETE FROM posting_statedamount stated USING old_rows WHERE stated.line_id = old_rows.id;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_forget_stated AFTER DELETE ON statements_statementline
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION posting_forget_stated();

-- A revaluation brings what stands in the books for a balance in another currency to what it is worth at the rate. The
-- balance in that currency stays as it is.
CREATE FUNCTION posting_check_revalued() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh
        JOIN books_book book ON book.id = fresh.book_id
        LEFT JOIN ledger_account account ON account.id = fresh.account_id AND account.book_id = fresh.book_id
        LEFT JOIN ledger_journalentry entry
            ON entry.book_id = fresh.book_id AND entry.number = fresh.entry_number AND entry.reverses_number IS NULL
        LEFT JOIN ledger_exchangerate rate ON rate.id = fresh.exchange_rate_id AND rate.book_id = fresh.book_id
        LEFT JOIN LATERAL (
            SELECT count(*) AS lines, sum(amount) AS amount, sum(base_amount) AS base_amount FROM ledger_journalline
            WHERE book_id = fresh.book_id AND entry_number = fresh.entry_number AND account_id = fresh.account_id
        ) booked ON true
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(amount), 0) AS amount, coalesce(sum(base_amount), 0) AS base_amount
            FROM ledger_journalline
            WHERE book_id = fresh.book_id AND account_id = fresh.account_id AND date <= entry.date
        ) standing ON true
        WHERE (
            account.type IN ('asset', 'liability') AND account.currency <> book.base_currency
            AND booked.lines = 1 AND booked.amount = 0 AND booked.base_amount = fresh.value - fresh.base_amount
            AND standing.amount = fresh.amount AND standing.base_amount = fresh.value
            AND CASE WHEN fresh.exchange_rate_id IS NULL THEN fresh.amount = 0 AND fresh.value = 0
                ELSE rate.currency = account.currency AND rate.replaced_at IS NULL
                    AND rate.date BETWEEN entry.date - 7 AND entry.date
                    AND fresh.value = round(fresh.amount * rate.rate, ledger_minor_digits(book.base_currency))
            END
        ) IS NOT TRUE
    ) THEN
        RAISE 'A revaluation brings a balance in another currency to what it is worth at a rate of the day.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_1_check_revalued AFTER INSERT ON posting_revaluedbalance
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION posting_check_revalued();
CREATE TRIGGER posting_2_keep_revalued BEFORE UPDATE OR DELETE OR TRUNCATE ON posting_revaluedbalance
    FOR EACH STATEMENT EXECUTE FUNCTION posting_refuse();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON posting_exchange, posting_revaluedbalance FROM lf_app;
        REVOKE TRUNCATE, REFERENCES, TRIGGER ON posting_statedamount FROM lf_app;
    END IF;
END
$$;
