-- missing_for_achievement: what a person could still do for a metric, one thing a row, what is nearest first.
--
-- Within a course, or in the courses the person is on. Lessons and quizzes that learners see, never a chapter; courses only
-- while they are open. A metric that is no list of things, a streak or XP, has no rows.
--
-- called by  explain_achievement
-- errors     none
create or replace function missing_for_achievement(
    p_user_id uuid,
    p_metric text,
    p_course_id uuid,
    p_limit integer
)
returns table (item_type text, item_id uuid, title text)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if p_metric = 'courses_enrolled' then
        return query
        select 'course', c.id, c.title
        from courses as c
        where
            c.is_published and c.is_active and c.deleted_at is null
            and (p_course_id is null or c.id = p_course_id)
            and not exists (select from enrollments as e where e.user_id = p_user_id and e.course_id = c.id)
        order by c.is_featured desc, c.published_at desc, c.id
        limit p_limit;

    elsif p_metric = 'courses_completed' and p_course_id is null then
        return query
        select 'course', c.id, c.title
        from enrollments as e
        inner join courses as c on c.id = e.course_id and c.is_active and c.deleted_at is null
        where e.user_id = p_user_id and e.status = 'active'
        order by e.progress_percentage desc, c.id
        limit p_limit;

    elsif p_metric in ('lessons_completed', 'perfect_scores', 'courses_completed') then
        return query
        select 'lesson', l.id, l.title
        from courses as c
        inner join lessons as l on l.course_id = c.id and l.is_active
        left join enrollments as e on e.course_id = c.id and e.user_id = p_user_id
        left join lesson_progress as p on p.enrollment_id = e.id and p.lesson_id = l.id and p.status = 'completed'
        where
            -- Someone else's plan, a course in preparation, is nobody's to know.
            case
                when p_course_id is null then e.status in ('active', 'completed')
                else c.id = p_course_id and (c.is_published or e.status in ('active', 'completed'))
            end
            and (p_course_id is not null or c.id in (select o.course_id from enrollments as o where o.user_id = p_user_id))
            and c.is_active and c.deleted_at is null
            and (p.id is null or (p_metric = 'perfect_scores' and p.score is distinct from 100))
            and (p_metric <> 'courses_completed' or l.is_mandatory)
            and not exists (
                select from lessons as child where child.course_id = l.course_id and child.parent_lesson_id = l.id
            )
        order by
            e.status = 'active' desc nulls last, e.last_accessed_at desc nulls last, c.id,
            p.id is not null, not l.is_mandatory, l.position, l.id
        limit p_limit;

    elsif p_metric = 'quizzes_passed' then
        return query
        select 'quiz', q.id, q.title
        from enrollments as e
        inner join courses as c on c.id = e.course_id and c.is_active and c.deleted_at is null
        inner join quizzes as q on q.course_id = c.id and q.is_published
        where
            e.user_id = p_user_id and e.status in ('active', 'completed')
            and not exists (
                select from quiz_attempts as a where a.user_id = p_user_id and a.quiz_id = q.id and a.first_pass
            )
        order by e.status, e.last_accessed_at desc nulls last, q.id
        limit p_limit;
    end if;
end;
$$;

comment on function missing_for_achievement is 'Internal: the lessons, courses or quizzes a person could still do for a metric.';
-- Granted to nobody: it reads other people's rows.
revoke all on function missing_for_achievement from public;
