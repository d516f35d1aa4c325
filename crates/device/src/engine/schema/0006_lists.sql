-- What lists ask for, so that none of them reads every row of a grid with thousands of cases: the facts of a row
-- are long.

DROP INDEX case_rows_by_time;
CREATE INDEX case_rows_outline
  ON case_rows (reported_at, record, code, case_no, category, place, state, reporter);
CREATE INDEX case_rows_open ON case_rows (urgency, reported_at) WHERE is_open = 1;
CREATE INDEX case_rows_with_tasks ON case_rows (reported_at) WHERE json_array_length(facts, '$.tasks') > 0;
