DROP TRIGGER classification_6_check_day ON classification_classification;
DROP FUNCTION classification_check_day();
DROP TRIGGER classification_3_check_days ON classification_classification;
DROP FUNCTION classification_check_days();
DROP FUNCTION classification_refuse_closed(bigint);
