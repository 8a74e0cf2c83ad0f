DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE
            ON ledger_postingbatch, ledger_journalentry, ledger_journalline, ledger_movement, ledger_ledgerstate,
               ledger_entrytext, ledger_account TO lf_app;
    END IF;
END
$$;
DROP TRIGGER ledger_text_stays ON ledger_entrytext;
DROP TRIGGER ledger_text_is_only_erased ON ledger_entrytext;
ALTER TABLE ledger_entrytext DROP CONSTRAINT ledger_text_of_entry;
DROP TRIGGER ledger_base_currency_changes ON books_book;
DROP FUNCTION ledger_base_currency_changes();
DROP TRIGGER ledger_account_changes ON ledger_account;
DROP FUNCTION ledger_account_changes();
DROP TRIGGER ledger_state_begins ON ledger_ledgerstate;
DROP TRIGGER ledger_state_stays ON ledger_ledgerstate;
DROP TRIGGER ledger_state_is_derived ON ledger_ledgerstate;
DROP TRIGGER ledger_movement_stays ON ledger_movement;
DROP TRIGGER ledger_movement_is_derived ON ledger_movement;
DROP TRIGGER ledger_line_stays ON ledger_journalline;
DROP TRIGGER ledger_entry_stays ON ledger_journalentry;
DROP TRIGGER ledger_batch_stays ON ledger_postingbatch;
DROP FUNCTION ledger_refuse_change();
