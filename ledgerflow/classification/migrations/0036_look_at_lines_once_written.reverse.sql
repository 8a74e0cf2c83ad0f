DROP TRIGGER classification_4_keep_posted ON classification_classification;
CREATE TRIGGER classification_4_keep_posted BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN ((OLD.state = 'posted' OR NEW.state = 'posted')
        AND ((NEW.account_id, NEW.is_split, NEW.payee_id IS NULL, NEW.rule_id, NEW.promise_id, NEW.tax_line,
            NEW.business_share)
            IS DISTINCT FROM (OLD.account_id, OLD.is_split, OLD.payee_id IS NULL, OLD.rule_id, OLD.promise_id,
            OLD.tax_line, OLD.business_share)
            OR NEW.state = 'posted' AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id))
    EXECUTE FUNCTION classification_refuse('What a posted line is for does not change; reverse its entry first.');
DROP TRIGGER classification_6_check_rule ON classification_classification;
CREATE TRIGGER classification_6_check_rule BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN (OLD.state NOT IN ('accepted', 'posted') AND NEW.state <> 'open' AND NEW.decided_by_id IS NULL)
    EXECUTE FUNCTION classification_check_rule();
DROP TRIGGER classification_8_check_tax_line ON classification_classification;
CREATE TRIGGER classification_8_check_tax_line BEFORE INSERT OR UPDATE OF tax_line, account_id ON classification_classification FOR EACH ROW
    WHEN (NEW.tax_line <> '')
    EXECUTE FUNCTION classification_check_tax_line();
DROP TRIGGER classification_5_keep_key ON classification_classification;
CREATE TRIGGER classification_5_keep_key BEFORE UPDATE OF line_id, book_id ON classification_classification FOR EACH ROW
    WHEN ((NEW.line_id, NEW.book_id) IS DISTINCT FROM (OLD.line_id, OLD.book_id))
    EXECUTE FUNCTION classification_refuse('A classification stays with its line and book.');
DROP TRIGGER classification_6_check_day ON classification_classification;
CREATE TRIGGER classification_6_check_day BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN (OLD.state NOT IN ('accepted', 'posted') AND NEW.state = 'accepted' AND NEW.decided_by_id IS NULL)
    EXECUTE FUNCTION classification_check_day();
DROP TRIGGER classification_7_check_payee ON classification_classification;
CREATE TRIGGER classification_7_check_payee BEFORE UPDATE OF payee_id ON classification_classification FOR EACH ROW
    WHEN (NEW.state = 'posted' AND NEW.payee_id IS DISTINCT FROM OLD.payee_id)
    EXECUTE FUNCTION classification_check_payee();
