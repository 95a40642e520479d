-- maintenance_jobs: what a school has to do by itself, how often, and by which call. The one list of them.
--
-- A job is one SQL expression that yields a number: what it did. One that works in batches is called until that is 0. How
-- often is said twice, for `pgacademy maintain`, which looks when a job last succeeded, and for cron.
--
-- called by  due_jobs, run_job; `pgacademy maintain`
-- errors     none
create or replace function maintenance_jobs()
returns table (job text, every interval, schedule text, is_batched boolean, call text)
language sql
immutable
parallel safe
security invoker
set search_path from current
as $$
    values
    ('refresh_leaderboard', interval '1 minute', '* * * * *', false, '(select r.people from refresh_leaderboard() as r)'),
    ('close_overdue_attempts', interval '1 minute', '* * * * *', true, 'close_overdue_attempts()'),
    ('close_overdue_drafts', interval '1 minute', '* * * * *', true, 'close_overdue_drafts()'),
    ('fold_project_views', interval '1 minute', '* * * * *', true, 'fold_project_views()'),
    ('fold_discussion_views', interval '5 minutes', '*/5 * * * *', true, 'fold_discussion_views()'),
    ('fold_notification_counts', interval '5 minutes', '*/5 * * * *', true, 'fold_notification_counts()'),
    ('seal_audit_logs', interval '5 minutes', '*/5 * * * *', false, '(select count(*) from seal_audit_logs())'),
    ('roll_up_analytics', interval '5 minutes', '*/5 * * * *', false, 'roll_up_analytics()'),
    ('ensure_partitions', interval '1 day', '10 0 * * *', false, '(select count(*) from ensure_partitions())'),
    ('advance_streaks', interval '1 day', '20 0 * * *', false, 'advance_streaks()'),
    ('expire_enrollments', interval '1 day', '25 0 * * *', false, 'expire_enrollments()'),
    ('purge_notifications', interval '1 day', '0 1 * * *', true, 'purge_notifications()'),
    ('purge_idempotency_keys', interval '1 day', '10 1 * * *', false, 'purge_idempotency_keys()'),
    ('purge_sessions', interval '1 day', '15 1 * * *', false, 'purge_sessions()'),
    ('forget_faucet_addresses', interval '1 day', '20 1 * * *', true, 'forget_faucet_addresses()'),
    ('forget_analytics_contexts', interval '1 day', '22 1 * * *', false, 'forget_analytics_contexts()'),
    ('purge_audit_contexts', interval '1 day', '25 1 * * *', false, 'purge_audit_contexts()'),
    (
        'apply_retention', interval '1 day', '30 1 * * *', true,
        '(select coalesce(sum(r.row_count), 0) from apply_retention() as r)'
    ),
    ('retire_partitions', interval '1 day', '0 2 * * *', true, '(select count(*) from retire_partitions())'),
    ('analyze_partitioned_tables', interval '1 day', '30 2 * * *', false, 'analyze_partitioned_tables()'),
    ('remind_streaks', interval '1 day', '0 18 * * *', false, 'remind_streaks()');
$$;

comment on function maintenance_jobs() is 'The jobs of a school: name, how often (interval and cron), batched or not, the call.';
revoke all on function maintenance_jobs() from public;
grant execute on function maintenance_jobs() to pgacademy_service;
