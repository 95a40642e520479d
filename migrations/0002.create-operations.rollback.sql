-- Loses the settings, the replies kept for idempotent retries, and the history of job runs.
drop table job_runs;
drop table idempotency_keys;
drop table platform_settings;
