DROP TRIGGER reconciliation_remembers ON reconciliation_reconciliationaction;
DROP FUNCTION reconciliation_remembers();
DROP TRIGGER reconciliation_acts ON reconciliation_reconciliationaction;
CREATE TRIGGER reconciliation_acts BEFORE INSERT ON reconciliation_reconciliationaction
    FOR EACH ROW EXECUTE FUNCTION reconciliation_acts();
