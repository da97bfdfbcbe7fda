-- Old rows are looked for by age, once a day.
CREATE INDEX answer_created ON answer (created_ms);
CREATE INDEX report_run_created ON report_run (created_ms);
CREATE INDEX post_begun ON post (begun_ms);
CREATE INDEX request_start_last ON request_start (last_ms);
CREATE INDEX selection_run ON selection (run_id);
