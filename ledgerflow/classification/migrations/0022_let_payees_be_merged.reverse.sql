DROP TRIGGER classification_7_check_payee ON classification_classification;
DROP FUNCTION classification_check_payee();
DROP TRIGGER classification_4_keep_posted ON classification_classification;
CREATE TRIGGER classification_4_keep_posted BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN ((OLD.state = 'posted' OR NEW.state = 'posted')
        AND ((NEW.account_id, NEW.is_split, NEW.payee_id, NEW.rule_id, NEW.promise_id)
            IS DISTINCT FROM (OLD.account_id, OLD.is_split, OLD.payee_id, OLD.rule_id, OLD.promise_id)
            OR NEW.state = 'posted' AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id))
    EXECUTE FUNCTION classification_refuse('What a posted line is for does not change; reverse its entry first.');
ALTER TABLE classification_decisionchange DROP CONSTRAINT classification_change_payee_in_book;
