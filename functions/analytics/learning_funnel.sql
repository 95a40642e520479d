-- learning_funnel: of the people who registered in a period, how many enrolled, started a lesson, completed a course and hold
-- a certificate. Or of those who enrolled on one course in the period, how many came how far in it.
--
-- Each step counts people, once, and only those who took the steps before; so no step is above the one before. People who
-- were deleted since are counted, as in monthly_growth. Without days: everybody there ever was.
--
-- called by  analysts and administrators; instructors for their own courses
-- requires   require_reporter, require_period, school_zone
-- errors     PA401 · PA403 · PA404 no such course · PA422 no period
create or replace function learning_funnel(
    p_from_date date default null,
    p_to_date date default null,
    p_course_id uuid default null
)
returns table (nth integer, step text, people bigint, share_of_first numeric, share_of_previous numeric)
language plpgsql
stable
security definer -- counts what everybody did; analysts read no table
set search_path from current
as $$
#variable_conflict use_column
declare
    v_zone text := school_zone();
    v_begin timestamptz := coalesce(p_from_date::timestamp at time zone v_zone, '-infinity');
    v_end timestamptz := coalesce((p_to_date + 1)::timestamp at time zone v_zone, 'infinity');
    v_people bigint[];
begin
    perform require_reporter(p_course_id => p_course_id);

    if num_nonnulls(p_from_date, p_to_date) > 0 then
        perform require_period(p_from_date => coalesce(p_from_date, p_to_date), p_to_date => coalesce(p_to_date, p_from_date));
    end if;

    -- Two statements: one for both reads all enrolments there are for a course that has ten.
    if p_course_id is null then
        with enrolled as (
            select
                e.user_id,
                bool_or(s.enrollment_id is not null) as has_started,
                bool_or(s.enrollment_id is not null and e.completed_at is not null) as has_completed,
                bool_or(s.enrollment_id is not null and e.completed_at is not null and c.enrollment_id is not null)
                    as is_certified
            from enrollments as e
            left join (
                select distinct p.enrollment_id from lesson_progress as p where p.status <> 'not_started'
            ) as s on s.enrollment_id = e.id
            left join certificates as c on c.enrollment_id = e.id and not c.is_revoked
            group by e.user_id
        )

        select array[
            count(*),
            count(e.user_id),
            count(*) filter (where e.has_started),
            count(*) filter (where e.has_completed),
            count(*) filter (where e.is_certified)
        ]
        into v_people
        from users as u
        left join enrolled as e on e.user_id = u.id
        where u.created_at >= v_begin and u.created_at < v_end;
    else
        -- Nobody is on a course twice.
        select array[
            null,
            count(*),
            count(s.enrollment_id),
            count(s.enrollment_id) filter (where e.completed_at is not null),
            count(s.enrollment_id) filter (where e.completed_at is not null and c.enrollment_id is not null)
        ]
        into v_people
        from enrollments as e
        left join (
            select distinct p.enrollment_id
            from lesson_progress as p
            where p.course_id = p_course_id and p.status <> 'not_started'
        ) as s on s.enrollment_id = e.id
        left join certificates as c on c.enrollment_id = e.id and c.course_id = p_course_id and not c.is_revoked
        where e.course_id = p_course_id and e.enrolled_at >= v_begin and e.enrolled_at < v_end;
    end if;

    return query
    select
        s.nth::integer,
        s.step,
        s.people,
        round(100.0 * s.people / nullif(first_value(s.people) over w, 0), 2),
        round(100.0 * s.people / nullif(lag(s.people) over w, 0), 2)
    from unnest(array['registered', 'enrolled', 'started', 'completed', 'certified'], v_people)
        with ordinality as s (step, people, nth)
    where s.people is not null
    window w as (order by s.nth)
    order by s.nth;
end;
$$;

comment on function learning_funnel is
'People by how far they came: registered, enrolled, started, completed, certified; shares in per cent.';
revoke all on function learning_funnel from public;
grant execute on function learning_funnel to pgacademy_analyst, pgacademy_admin, pgacademy_instructor;
