-- As of the classification's own guards.
DROP TRIGGER posting_1_refuse_posted ON classification_classification;
CREATE TRIGGER posting_1_refuse_posted AFTER INSERT ON classification_classification FOR EACH ROW
    WHEN (NEW.state = 'posted')
    EXECUTE FUNCTION classification_refuse('A line is posted by an entry, once it is accepted.');
DROP TRIGGER posting_2_check_state ON classification_classification;
CREATE TRIGGER posting_2_check_state AFTER UPDATE ON classification_classification FOR EACH ROW
    WHEN (NEW.state = 'posted' AND OLD.state <> 'accepted'
        AND (OLD.state <> 'posted' OR NEW.entry_number IS DISTINCT FROM OLD.entry_number))
    EXECUTE FUNCTION classification_refuse('An accepted line is posted, and keeps its entry until that is reversed.');
