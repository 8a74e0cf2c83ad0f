DROP TRIGGER classification_tag_stays ON classification_tag;
DROP FUNCTION classification_keep_tag();
