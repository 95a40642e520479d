-- counted_course_stats: what the counters in course_stats should say, counted from the rows they cache.
--
-- called by  verify_integrity, repair_counters
-- requires: course_leaf_lessons
-- requires   course_leaf_lessons
-- errors     none
create or replace function counted_course_stats(
    p_course_ids uuid[] default null
)
returns table (
    course_id uuid,
    lesson_count integer,
    enrollment_count integer,
    completion_count integer,
    rating_sum bigint,
    rating_count integer
)
language sql
stable
security invoker
begin atomic
    select
        s.course_id,
        (select count(*)::integer from course_leaf_lessons(p_course_id => s.course_id)),
        coalesce(e.enrollment_count, 0),
        coalesce(e.completion_count, 0),
        coalesce(e.rating_sum, 0),
        coalesce(e.rating_count, 0)
    from course_stats as s
    left join (
        select
            v.course_id,
            (count(*) filter (where v.status in ('active', 'completed')))::integer as enrollment_count,
            (count(*) filter (where v.status = 'completed'))::integer as completion_count,
            sum(v.rating)::bigint as rating_sum,
            count(v.rating)::integer as rating_count
        from enrollments as v
        where p_course_ids is null or v.course_id = any(p_course_ids)
        group by v.course_id
    ) as e on e.course_id = s.course_id
    where p_course_ids is null or s.course_id = any(p_course_ids);
end;

comment on function counted_course_stats is 'Internal: the counters of course_stats, counted anew.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_course_stats from public;
