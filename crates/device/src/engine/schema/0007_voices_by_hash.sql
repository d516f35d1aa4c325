-- From a voice note that waits to its visit.

CREATE INDEX visit_voices_by_hash ON visit_voices (hash);
