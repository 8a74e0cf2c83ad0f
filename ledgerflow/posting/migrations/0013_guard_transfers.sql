-- A transfer is two bank lines of two own bank accounts. Where one entry stands for both, its second line says what the
-- counterpart says; everything else about the link of a bank line stays as it is.
--
-- Only that condition of posting_check_links changes, whatever else the function looks at.
DO $$
DECLARE
    plain text := pg_get_functiondef('posting_check_links()'::regprocedure);
    paired text := replace(plain, 'booked.no = 1', 'booked.no = CASE WHEN fresh.is_counterpart THEN 2 ELSE 1 END');
BEGIN
    IF paired = plain THEN
        RAISE 'posting_check_links() does not look at the first line of an entry.';
    END IF;
    EXECUTE paired;
END
$$;

CREATE FUNCTION posting_check_transfer() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM statements_statementline sent
        JOIN statements_statementline received
            ON received.book_id = sent.book_id AND received.bank_account_id <> sent.bank_account_id
        WHERE sent.book_id = NEW.book_id AND sent.id = NEW.out_line_id AND received.id = NEW.in_line_id
            AND sent.amount < 0 AND received.amount > 0
            AND (sent.currency <> received.currency OR sent.amount + received.amount = 0)
    ) THEN
        RAISE 'A transfer is money out of one bank account and into another one of the book, in the same amount.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'rejected' THEN
        RETURN NEW;
    END IF;
    -- Whoever reverses one of the entries meanwhile waits, or was first.
    PERFORM FROM ledger_lock(NEW.book_id);
    IF NEW.state <> 'confirmed' OR NOT EXISTS (
        SELECT FROM classification_classification sent
        JOIN classification_classification received ON received.book_id = sent.book_id
        JOIN ledger_journalentry out_entry
            ON out_entry.book_id = sent.book_id AND out_entry.number = sent.entry_number
        JOIN ledger_journalentry in_entry
            ON in_entry.book_id = sent.book_id AND in_entry.number = received.entry_number
        WHERE sent.book_id = NEW.book_id AND sent.line_id = NEW.out_line_id AND received.line_id = NEW.in_line_id
            AND sent.entry_number = NEW.out_entry AND received.entry_number = NEW.in_entry AND NOT sent.is_counterpart
            AND received.is_counterpart = (NEW.out_entry = NEW.in_entry)
            AND (NEW.out_entry = NEW.in_entry AND out_entry.line_count = 2 OR NEW.out_entry <> NEW.in_entry AND 2 = (
                SELECT count(*) FROM ledger_journalline moved
                JOIN ledger_account account ON account.book_id = moved.book_id AND account.id = moved.account_id
                WHERE moved.book_id = NEW.book_id AND moved.entry_number IN (NEW.out_entry, NEW.in_entry)
                    AND account.role = 'transfer'
            ))
    ) THEN
        RAISE 'A transfer is posted by one entry for both lines, or by two through the account for transfers.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER posting_1_check_transfer BEFORE INSERT ON posting_transfer
    FOR EACH ROW EXECUTE FUNCTION posting_check_transfer();

-- It changes once, when it ends: a confirmed one with its entries.
CREATE FUNCTION posting_end_transfer() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.state = 'ended' OR NEW.state <> 'ended'
        OR (NEW.id, NEW.book_id, NEW.out_line_id, NEW.in_line_id, NEW.out_entry, NEW.in_entry, NEW.decided_by_id,
            NEW.decided_at)
        IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.out_line_id, OLD.in_line_id, OLD.out_entry, OLD.in_entry,
            OLD.decided_by_id, OLD.decided_at)
        OR EXISTS (
            SELECT FROM unnest(ARRAY[OLD.out_entry, OLD.in_entry]) AS posted (number)
            WHERE posted.number IS NOT NULL AND NOT EXISTS (
                SELECT FROM ledger_journalentry
                WHERE book_id = OLD.book_id AND reverses_number = posted.number
            )
        )
    THEN
        RAISE 'A transfer stays as it is until its entries are reversed.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER posting_2_end_transfer BEFORE UPDATE ON posting_transfer
    FOR EACH ROW EXECUTE FUNCTION posting_end_transfer();

-- Both sides are reversed together; what ties entries, lines and transfer is looked at when the transaction commits.
CREATE FUNCTION posting_transfer_is_ended() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM posting_transfer
        WHERE book_id = NEW.book_id AND out_entry = NEW.reverses_number AND state = 'confirmed'
        UNION ALL
        SELECT FROM posting_transfer
        WHERE book_id = NEW.book_id AND in_entry = NEW.reverses_number AND state = 'confirmed'
    ) THEN
        RAISE 'A transfer ends when its entries are reversed, both together.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER posting_transfer_is_ended AFTER INSERT ON ledger_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.reverses_number IS NOT NULL)
    EXECUTE FUNCTION posting_transfer_is_ended();

CREATE FUNCTION posting_counterpart_is_paired() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM classification_classification made
        WHERE made.line_id = NEW.line_id AND made.is_counterpart AND NOT EXISTS (
            SELECT FROM posting_transfer
            WHERE book_id = made.book_id AND in_line_id = made.line_id AND state = 'confirmed'
                AND in_entry = made.entry_number AND out_entry = made.entry_number
        )
    ) THEN
        RAISE 'An entry stands for a second line in a confirmed transfer only.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER posting_counterpart_is_paired AFTER INSERT OR UPDATE ON classification_classification
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.is_counterpart)
    EXECUTE FUNCTION posting_counterpart_is_paired();

-- What a person said about a pair goes with either line; what was posted stays on record.
CREATE FUNCTION posting_forget_pairs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    DELETE FROM posting_transfer pair USING old_rows
        WHERE pair.out_line_id = old_rows.id AND pair.out_entry IS NULL;
    DELETE FROM posting_transfer pair USING old_rows
        WHERE pair.in_line_id = old_rows.id AND pair.out_entry IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_forget_pairs AFTER DELETE ON statements_statementline
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION posting_forget_pairs();
CREATE TRIGGER posting_3_keep_transfer BEFORE DELETE ON posting_transfer
    FOR EACH ROW WHEN (OLD.out_entry IS NOT NULL) EXECUTE FUNCTION posting_refuse();
CREATE TRIGGER posting_4_keep_transfers BEFORE TRUNCATE ON posting_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION posting_refuse();

REVOKE EXECUTE ON FUNCTION posting_forget_pairs() FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION posting_forget_pairs() FROM lf_app;
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON posting_transfer FROM lf_app;
        GRANT UPDATE (state, ended_by_id, ended_at) ON posting_transfer TO lf_app;
    END IF;
END
$$;
