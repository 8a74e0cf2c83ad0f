DROP TRIGGER reconciliation_refuse_matched ON classification_classification;
CREATE TRIGGER reconciliation_refuse_matched BEFORE INSERT ON classification_classification FOR EACH ROW
    WHEN (NEW.state = 'matched')
    EXECUTE FUNCTION classification_refuse('A line is matched with an entry, not by a word.');
