-- As of the classification's own guards.
DROP TRIGGER reconciliation_refuse_matched ON classification_classification;
CREATE TRIGGER reconciliation_refuse_matched AFTER INSERT ON classification_classification FOR EACH ROW
    WHEN (NEW.state = 'matched')
    EXECUTE FUNCTION classification_refuse('A line is matched with an entry, not by a word.');
