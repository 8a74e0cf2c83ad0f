DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE (as_of, statement_id, bank_balance) ON reconciliation_reconciliation FROM lf_app;
        GRANT SELECT, INSERT, UPDATE, DELETE
            ON reconciliation_reconciliation, reconciliation_reconciliationaction, reconciliation_match,
               reconciliation_matchedline, reconciliation_matchedentryline TO lf_app;
    END IF;
END
$$;
DROP TRIGGER reconciliation_keep_matched ON classification_classification;
DROP TRIGGER reconciliation_refuse_matched ON classification_classification;
DROP TRIGGER reconciliation_check_state ON classification_classification;
DROP TRIGGER reconciliation_check_state ON reconciliation_matchedline;
DROP FUNCTION reconciliation_check_state();
DROP TRIGGER reconciliation_match_stays ON reconciliation_matchedentryline;
DROP TRIGGER reconciliation_match_stays ON reconciliation_matchedline;
DROP TRIGGER reconciliation_match_stays ON reconciliation_match;
DROP TRIGGER reconciliation_keep_match ON reconciliation_matchedentryline;
DROP TRIGGER reconciliation_keep_match ON reconciliation_matchedline;
DROP FUNCTION reconciliation_keep_match();
DROP TRIGGER reconciliation_matched_entry_adds_up ON reconciliation_matchedentryline;
DROP TRIGGER reconciliation_matched_line_adds_up ON reconciliation_matchedline;
DROP TRIGGER reconciliation_match_adds_up ON reconciliation_match;
DROP FUNCTION reconciliation_check_match();
DROP FUNCTION reconciliation_match_adds_up(bigint, bigint);
DROP TRIGGER reconciliation_entries_arrive ON ledger_journalentry;
DROP FUNCTION reconciliation_entries_arrive();
DROP TRIGGER reconciliation_lines_arrive ON ledger_journalline;
DROP FUNCTION reconciliation_lines_arrive();
DROP TRIGGER reconciliation_keep_account ON statements_bankaccount;
DROP FUNCTION reconciliation_keep_account();
DROP TRIGGER reconciliation_action_stays ON reconciliation_reconciliationaction;
DROP TRIGGER reconciliation_acts ON reconciliation_reconciliationaction;
DROP FUNCTION reconciliation_acts();
DROP TRIGGER reconciliation_7_stays ON reconciliation_reconciliation;
DROP TRIGGER reconciliation_6_stays ON reconciliation_reconciliation;
DROP TRIGGER reconciliation_5_agrees_with_its_statement ON reconciliation_reconciliation;
DROP TRIGGER reconciliation_4_stays_as_finished ON reconciliation_reconciliation;
DROP TRIGGER reconciliation_3_is_finished_by_the_log ON reconciliation_reconciliation;
DROP TRIGGER reconciliation_2_keeps_its_account ON reconciliation_reconciliation;
DROP TRIGGER reconciliation_1_begins_open ON reconciliation_reconciliation;
DROP FUNCTION reconciliation_check_statement();
DROP FUNCTION reconciliation_refuse();
ALTER TABLE reconciliation_matchedentryline DROP CONSTRAINT reconciliation_entry_line_of_match;
ALTER TABLE reconciliation_matchedline DROP CONSTRAINT reconciliation_line_of_match;
ALTER TABLE reconciliation_match DROP CONSTRAINT reconciliation_match_of_account;
ALTER TABLE reconciliation_reconciliationaction DROP CONSTRAINT reconciliation_action_of_its_book;
ALTER TABLE reconciliation_reconciliation
    DROP CONSTRAINT reconciliation_day_is_real,
    DROP CONSTRAINT reconciliation_balance_is_a_number,
    DROP CONSTRAINT reconciliation_of_statement,
    DROP CONSTRAINT reconciliation_of_account;
