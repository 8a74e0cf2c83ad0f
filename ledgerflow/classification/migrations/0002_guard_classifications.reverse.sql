DROP FUNCTION classification_snapshot(classification_classification);
DROP TRIGGER classification_split_adds_up ON classification_classificationsplit;
DROP TRIGGER classification_check_split ON classification_classificationsplit;
DROP TRIGGER classification_add_up_again ON classification_classification;
DROP TRIGGER classification_add_up ON classification_classification;
DROP TRIGGER classification_1_check_new ON classification_classification;
DROP TRIGGER classification_2_check_changed ON classification_classification;
DROP TRIGGER classification_3_keep_posted ON classification_classification;
DROP TRIGGER classification_4_keep_posted ON classification_classification;
DROP TRIGGER classification_5_keep_key ON classification_classification;
DROP TRIGGER classification_6_check_rule ON classification_classification;
DROP FUNCTION classification_add_up_split();
DROP FUNCTION classification_add_up_line();
DROP FUNCTION classification_add_up(bigint);
DROP FUNCTION classification_check_split();
DROP FUNCTION classification_check_rule();
DROP FUNCTION classification_refuse();
DROP FUNCTION classification_check_changed();
DROP FUNCTION classification_check_new();
DROP FUNCTION classification_check_used(bigint, bigint, bigint, bigint, boolean);
DROP FUNCTION classification_check_lines(bigint, bigint);
ALTER TABLE classification_classificationsplit
    DROP CONSTRAINT classification_split_account_in_book,
    DROP CONSTRAINT classification_split_is_not_zero;
ALTER TABLE classification_rule
    DROP CONSTRAINT classification_rule_account_in_book,
    DROP CONSTRAINT classification_rule_payee_in_book,
    DROP CONSTRAINT classification_rule_bank_account_in_book;
