ALTER TABLE classification_classification RESET (fillfactor);
ALTER INDEX classification_classification_pkey RESET (fillfactor);
