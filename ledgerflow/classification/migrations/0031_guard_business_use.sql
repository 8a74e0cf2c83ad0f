ALTER TABLE classification_businessuse
    ADD CONSTRAINT classification_use_account_in_book
        FOREIGN KEY (book_id, account_id) REFERENCES ledger_account (book_id, id),
    ADD CONSTRAINT classification_use_payee_in_book
        FOREIGN KEY (book_id, payee_id) REFERENCES payees_payee (book_id, id);

CREATE FUNCTION classification_check_use() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.account_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM ledger_account WHERE id = NEW.account_id AND book_id = NEW.book_id AND type = 'expense'
    ) THEN
        RAISE 'A business use is that of an expense account, or of a payee.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER classification_check_use BEFORE INSERT OR UPDATE ON classification_businessuse
    FOR EACH ROW EXECUTE FUNCTION classification_check_use();

-- Which part of a cost is the business's, in percent, and who says so: the line, else its payee, else the account, each
-- as it is on the day. No row where all of it is.
CREATE FUNCTION classification_business_use(
    the_book bigint, the_account bigint, the_payee bigint, the_day date, of_line numeric
) RETURNS TABLE (share numeric, said text) LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT found.share, found.said FROM (
        SELECT of_line AS share, 'line' AS said, 1 AS place WHERE of_line IS NOT NULL
        UNION ALL
        (SELECT used.share, 'payee', 2 FROM classification_businessuse used
         WHERE used.book_id = the_book AND used.payee_id = the_payee AND used.since <= the_day
         ORDER BY used.since DESC LIMIT 1)
        UNION ALL
        (SELECT used.share, 'account', 3 FROM classification_businessuse used
         WHERE used.book_id = the_book AND used.account_id = the_account AND used.since <= the_day
         ORDER BY used.since DESC LIMIT 1)
        ORDER BY place LIMIT 1
    ) found
    WHERE found.share < 100 AND EXISTS (
        SELECT FROM ledger_account WHERE id = the_account AND book_id = the_book AND type = 'expense'
    )
$$;

DROP TRIGGER classification_4_keep_posted ON classification_classification;
CREATE TRIGGER classification_4_keep_posted BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN ((OLD.state = 'posted' OR NEW.state = 'posted')
        AND ((NEW.account_id, NEW.is_split, NEW.payee_id IS NULL, NEW.rule_id, NEW.promise_id, NEW.tax_line,
            NEW.business_share)
            IS DISTINCT FROM (OLD.account_id, OLD.is_split, OLD.payee_id IS NULL, OLD.rule_id, OLD.promise_id,
            OLD.tax_line, OLD.business_share)
            OR NEW.state = 'posted' AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id))
    EXECUTE FUNCTION classification_refuse('What a posted line is for does not change; reverse its entry first.');

-- Its own share stands in what is kept only where there is one, so that what was kept before is still the same.
CREATE OR REPLACE FUNCTION classification_snapshot(of_line classification_classification) RETURNS jsonb LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
        'state', of_line.state, 'account', of_line.account_id, 'payee', of_line.payee_id, 'source', of_line.source,
        'rule', of_line.rule_id, 'confidence', of_line.confidence, 'reason', of_line.reason, 'note', of_line.note,
        'decided_by', of_line.decided_by_id, 'decided_at', of_line.decided_at,
        'parts', CASE WHEN of_line.is_split THEN (
            SELECT jsonb_agg(jsonb_build_object(
                'no', part.no, 'account', part.account_id, 'amount', part.amount, 'memo', part.memo
            ) || CASE WHEN part.tax_line = '' THEN '{}' ELSE jsonb_build_object('tax_line', part.tax_line) END
            ORDER BY part.no)
            FROM classification_classificationsplit part WHERE part.classification_id = of_line.line_id
        ) END
    ) || CASE WHEN of_line.promise_id IS NULL THEN '{}' ELSE jsonb_build_object('promise', of_line.promise_id) END
      || CASE WHEN of_line.tax_line = '' THEN '{}' ELSE jsonb_build_object('tax_line', of_line.tax_line) END
      || CASE WHEN of_line.business_share IS NULL THEN '{}'
         ELSE jsonb_build_object('business_share', of_line.business_share) END
$$;
