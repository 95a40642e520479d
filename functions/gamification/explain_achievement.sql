-- explain_achievement: why somebody has an achievement or has it not: 7 of 10, and these are missing.
--
-- value is what is counted now, of the person or, for a definition scoped to a course, in that course; remaining what is left
-- to the threshold. missing is up to p_limit things that would count, nearest first, [{"type", "id", "title"}] with the types
-- lesson, course and quiz: fewer than remaining where there are not so many yet, none for what is no list of things. Nothing
-- is missing of what is earned, even if the definition was changed since.
--
-- Learners ask about themselves. An instructor asks about learners of their courses, and definitions scoped to these; an
-- administrator and the service about anyone. What is retired is explained to those who have it, and to staff.
--
-- called by  learners, instructors, administrators, back-end jobs
-- requires   acting_in, require_user, require_course_staff, metric_values, course_metric_values,
--            missing_for_achievement
-- errors     PA401 nobody is signed in · PA403 somebody else · PA404 no such achievement or person · PA422 limit not
--            between 0 and 100
create or replace function explain_achievement(
    p_slug text,
    p_user_id uuid default null,
    p_limit integer default 20
)
returns table (
    achievement_id uuid,
    title text,
    description text,
    metric text,
    course_id uuid,
    threshold numeric,
    value numeric,
    remaining numeric,
    is_earned boolean,
    earned_at timestamptz,
    missing jsonb
)
language plpgsql
volatile -- what it asks first is
security definer -- counts lessons whose rows the caller may not read, and titles of lessons before enrolling
set search_path from current
as $$
#variable_conflict use_column
declare
    v_caller_id uuid;
    v_user_id uuid := p_user_id;
    v_is_staff boolean := false;
    v_achievement achievements;
    v_earned user_achievements;
    v_value numeric;
begin
    if acting_in('service') or acting_in('owner') then
        v_is_staff := true;
    elsif acting_in('admin') then
        v_is_staff := true;
        v_caller_id := require_user(p_role => 'admin');
    elsif acting_in('instructor') then
        v_caller_id := require_user(p_role => 'instructor');
    else
        v_caller_id := require_user(p_role => 'student');
    end if;

    if p_limit is null or p_limit not between 0 and 100 then
        raise exception 'at most 100 missing things are listed'
            using errcode = 'PA422', detail = format('limit = %s', coalesce(p_limit::text, 'null')),
                hint = 'Pass 0 to 100.';
    end if;

    v_user_id := coalesce(p_user_id, v_caller_id);

    select a.* into v_achievement from achievements as a where a.slug = p_slug;

    if v_user_id <> v_caller_id and not v_is_staff then
        if acting_in('instructor') and v_achievement.scope_course_id is not null then
            perform require_course_staff(p_course_id => v_achievement.scope_course_id);
        end if;

        if
            not acting_in('instructor')
            or not exists (
                select from enrollments as e
                where e.user_id = v_user_id and e.course_id = v_achievement.scope_course_id
            )
        then
            raise exception 'this is somebody else''s affair'
                using errcode = 'PA403', detail = format('user_id = %s', v_user_id),
                    hint = 'Ask about yourself; as an instructor, about your courses'' achievements and learners.';
        end if;
    end if;

    select g.*
    into v_earned
    from user_achievements as g
    where g.user_id = v_user_id and g.achievement_id = v_achievement.id
    order by g.earned_at
    limit 1;

    if v_achievement.id is null or not (v_achievement.is_active or v_is_staff or v_earned.id is not null) then
        raise exception 'no such achievement'
            using errcode = 'PA404', detail = format('slug = %s', coalesce(left(p_slug, 120), 'null')),
                hint = 'Look the slug up in achievements.';
    end if;

    if not exists (select from users as u where u.id = v_user_id and u.deleted_at is null) then
        raise exception 'no such person'
            using errcode = 'PA404', detail = format('user = %s', coalesce(v_user_id::text, 'null')),
                hint = 'Pass the id of a living person.';
    end if;

    if v_achievement.scope_course_id is null then
        select m.value
        into v_value
        from user_stats as s
        cross join lateral metric_values(p_stats => s) as m
        where s.user_id = v_user_id and m.metric = v_achievement.metric;
    else
        select m.value
        into v_value
        from enrollments as e
        cross join lateral course_metric_values(p_enrollment => e) as m
        where
            e.user_id = v_user_id and e.course_id = v_achievement.scope_course_id
            and m.metric = v_achievement.metric;
    end if;

    achievement_id := v_achievement.id;
    title := v_achievement.title;
    description := v_achievement.description;
    metric := v_achievement.metric;
    course_id := v_achievement.scope_course_id;
    threshold := v_achievement.threshold;
    value := coalesce(v_value, 0);
    is_earned := v_earned.id is not null;
    earned_at := v_earned.earned_at;
    remaining := case when is_earned then 0 else greatest(0, threshold - value) end;
    missing := '[]';

    if remaining > 0 then
        select coalesce(
            jsonb_agg(
                jsonb_build_object('type', i.item_type, 'id', i.item_id, 'title', i.title) order by i.step
            ),
            '[]'
        )
        into missing
        from missing_for_achievement(
            p_user_id => v_user_id,
            p_metric => v_achievement.metric,
            p_course_id => v_achievement.scope_course_id,
            p_limit => p_limit
        ) with ordinality as i (item_type, item_id, title, step);
    end if;

    return next;
end;
$$;

comment on function explain_achievement is
'How far somebody is with an achievement: counted, remaining, and what is missing.';
revoke all on function explain_achievement from public;
grant execute on function explain_achievement to
pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
