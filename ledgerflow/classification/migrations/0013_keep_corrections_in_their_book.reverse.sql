ALTER TABLE classification_rulecorrection
    DROP CONSTRAINT classification_correction_change_in_book,
    DROP CONSTRAINT classification_correction_rule_in_book;
