-- The promise stands in what is kept only where there is one, so that what was kept before is still the same.
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
    ) || CASE WHEN of_line.promise_id IS NULL THEN '{}' ELSE jsonb_build_object('promise', of_line.promise_id) END
$$;

DROP TRIGGER classification_4_keep_posted ON classification_classification;
CREATE TRIGGER classification_4_keep_posted BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN ((OLD.state = 'posted' OR NEW.state = 'posted')
        AND ((NEW.account_id, NEW.is_split, NEW.payee_id IS NULL, NEW.rule_id, NEW.promise_id)
            IS DISTINCT FROM (OLD.account_id, OLD.is_split, OLD.payee_id IS NULL, OLD.rule_id, OLD.promise_id)
            OR NEW.state = 'posted' AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id))
    EXECUTE FUNCTION classification_refuse('What a posted line is for does not change; reverse its entry first.');

DROP TRIGGER classification_keep_tax_line ON ledger_account;
DROP FUNCTION classification_keep_tax_line();
DROP TRIGGER classification_check_split_tax_line ON classification_classificationsplit;
DROP TRIGGER classification_8_check_tax_line ON classification_classification;
DROP FUNCTION classification_check_tax_line();
DROP FUNCTION classification_takes_tax_line(bigint, bigint, text);
