DROP TRIGGER classification_4_keep_posted ON classification_classification;
CREATE TRIGGER classification_4_keep_posted BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN ((OLD.state = 'posted' OR NEW.state = 'posted')
        AND ((NEW.account_id, NEW.is_split, NEW.payee_id, NEW.rule_id)
            IS DISTINCT FROM (OLD.account_id, OLD.is_split, OLD.payee_id, OLD.rule_id)
            OR NEW.state = 'posted' AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id))
    EXECUTE FUNCTION classification_refuse('What a posted line is for does not change; reverse its entry first.');

CREATE OR REPLACE FUNCTION classification_snapshot(of_line classification_classification) RETURNS jsonb LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
        'state', of_line.state, 'account', of_line.account_id, 'payee', of_line.payee_id, 'source', of_line.source,
        'rule', of_line.rule_id, 'confidence', of_line.confidence, 'reason', of_line.reason, 'note', of_line.note,
        'decided_by', of_line.decided_by_id, 'decided_at', of_line.decided_at,
        'parts', CASE WHEN of_line.is_split THEN (
            SELECT jsonb_agg(jsonb_build_object(
                'no', part.no, 'account', part.account_id, 'amount', part.amount, 'memo', part.memo
            ) ORDER BY part.no)
            FROM classification_classificationsplit part WHERE part.classification_id = of_line.line_id
        ) END
    )
$$;

CREATE FUNCTION classification_check_used(
    the_book bigint, the_account bigint, the_payee bigint, the_rule bigint, by_rule boolean
) RETURNS void LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF the_account IS NOT NULL
        AND NOT EXISTS (SELECT FROM ledger_account WHERE book_id = the_book AND id = the_account)
        OR the_payee IS NOT NULL AND NOT EXISTS (SELECT FROM payees_payee WHERE book_id = the_book AND id = the_payee)
        OR the_rule IS NOT NULL
        AND NOT EXISTS (SELECT FROM classification_rule WHERE book_id = the_book AND id = the_rule)
    THEN
        RAISE 'A classification names an account, payee or rule that is not of its book.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF by_rule AND NOT EXISTS (
        SELECT FROM classification_rule
        WHERE id = the_rule AND mode = 'accept' AND is_active AND account_id IS NOT DISTINCT FROM the_account
    ) THEN
        RAISE 'Only a person, or a rule that accepts without one, accepts a line.' USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION classification_check_new() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    PERFORM classification_check_lines(
        count(*) FILTER (WHERE line.id IS NULL),
        count(*) FILTER (WHERE fresh.state = 'accepted' AND (line.hold <> '' OR line.is_pending))
    )
    FROM fresh LEFT JOIN statements_statementline line ON line.id = fresh.line_id AND line.book_id = fresh.book_id;
    PERFORM classification_check_used(book_id, account_id, payee_id, rule_id, by_rule)
    FROM (
        SELECT DISTINCT book_id, account_id, payee_id, rule_id, state <> 'open' AND decided_by_id IS NULL AS by_rule
        FROM fresh
    ) used;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION classification_check_changed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    PERFORM classification_check_lines(0, count(*))
    FROM fresh JOIN statements_statementline line ON line.id = fresh.line_id
    WHERE fresh.state = 'accepted' AND (line.hold <> '' OR line.is_pending);
    PERFORM classification_check_used(book_id, account_id, payee_id, rule_id, false)
    FROM (SELECT DISTINCT book_id, account_id, payee_id, rule_id FROM fresh WHERE state <> 'posted') used;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION classification_check_rule() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM classification_check_used(NEW.book_id, NEW.account_id, NEW.payee_id, NEW.rule_id, true);
    RETURN NEW;
END $$;

DROP FUNCTION classification_check_used(bigint, bigint, bigint, bigint, bigint, boolean);
DROP FUNCTION classification_check_promised(bigint);
DROP TRIGGER classification_forget_predictions ON classification_classification;
DROP FUNCTION classification_forget_predictions();
DROP TRIGGER classification_check_predictions ON classification_prediction;
DROP FUNCTION classification_check_predictions();
ALTER TABLE classification_bookweights DROP CONSTRAINT classification_weights_are_whole;
DROP TRIGGER classification_keep_promise ON classification_promise;
DROP FUNCTION classification_keep_promise();
