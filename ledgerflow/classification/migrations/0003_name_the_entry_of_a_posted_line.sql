-- A classification is written when the line is suggested and once more when it is posted at the latest. Half of each
-- page is left for that, so that the new version stands beside the old one and no page of the index is split.
ALTER TABLE classification_classification SET (fillfactor = 50);
ALTER INDEX classification_classification_pkey SET (fillfactor = 50);
