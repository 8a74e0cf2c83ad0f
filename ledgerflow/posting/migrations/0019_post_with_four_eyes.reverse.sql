DROP TRIGGER posting_6_check_four_eyes ON classification_classification;
DROP FUNCTION posting_check_four_eyes();
