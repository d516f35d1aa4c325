-- When a case is looked at again without anybody having written about it.

ALTER TABLE cases ADD COLUMN wake_at INTEGER; -- derived: first moment at which time alone gives this server something to write about it, ms
ALTER TABLE cases ADD COLUMN merged_into BLOB; -- derived: the case that it was merged into, where this server decides about it
CREATE INDEX cases_by_wake ON cases (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX cases_by_target ON cases (merged_into) WHERE merged_into IS NOT NULL;
UPDATE cases SET wake_at = 0 WHERE is_open = 1 OR state IN ('closed', 'merged');
