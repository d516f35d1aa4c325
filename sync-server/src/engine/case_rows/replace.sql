INSERT INTO cases (record, home, category, state, is_open, holder, short_code, case_number, place,
                   reported_at, due_at, waits_for, head, view, wake_at, merged_into)
VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?6, ''), ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
ON CONFLICT (record) DO UPDATE SET
  home = excluded.home, category = excluded.category, state = excluded.state,
  is_open = excluded.is_open, holder = excluded.holder, short_code = excluded.short_code,
  case_number = excluded.case_number, place = excluded.place, reported_at = excluded.reported_at,
  due_at = excluded.due_at, waits_for = excluded.waits_for, head = excluded.head, view = excluded.view,
  wake_at = excluded.wake_at, merged_into = excluded.merged_into
