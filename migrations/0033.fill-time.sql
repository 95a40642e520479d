-- fill-time: the time people have spent before it was counted. What is completed between this and the functions that count it is
-- told by verify_integrity() and mended by repair_counters().
-- depends: 0032.count-time
-- backfill: user_stats
-- batch: 1000
-- pause: 50ms
update user_stats as s
set
    total_time_spent_seconds = coalesce((
        select sum(p.time_spent_seconds) from lesson_progress as p where p.user_id = s.user_id
    ), 0),
    last_accessed_at = (select max(e.last_accessed_at) from enrollments as e where e.user_id = s.user_id)
where s.user_id > :from_key and s.user_id <= :to_key
    and exists (select from enrollments as e where e.user_id = s.user_id);
