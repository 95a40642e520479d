-- check_achievements: grant everything a person has reached, whenever it was.
--
-- The full evaluation, for achievements defined after the fact and after repairs; events themselves look only at what
-- they have just crossed (grant_achievements). Global definitions first, then those of every course the person is on.
--
-- called by  back-end jobs
-- requires   require_service, require_moment, grant_achievements
-- errors     PA403 not the service · PA404 no such person · PA422 a time in the future
create or replace function check_achievements(
    p_user_id uuid,
    p_as_of timestamptz default null
)
returns table (achievement_id uuid, course_id uuid, title text, xp_reward integer)
language plpgsql
volatile
security definer -- writes user_achievements and xp_events, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_as_of timestamptz := require_moment(p_at => p_as_of);
    v_course_id uuid;
begin
    perform require_service();

    -- Locked as rows that refer to it would do, but before the counters.
    perform from users as u where u.id = p_user_id and u.deleted_at is null for key share;

    if not found then
        raise exception 'no such person'
            using errcode = 'PA404',
                detail = format('user = %s', coalesce(p_user_id::text, 'null')),
                hint = 'Pass the id of a living person.';
    end if;

    return query
    select g.achievement_id, g.course_id, g.title, g.xp_reward
    from grant_achievements(
        p_user_id => p_user_id, p_before => null, p_course_id => null, p_occurred_at => v_as_of
    ) as g;

    for v_course_id in
        select distinct e.course_id
        from enrollments as e
        inner join achievements as a on a.scope_course_id = e.course_id and a.is_active
        where e.user_id = p_user_id
        order by e.course_id
    loop
        return query
        select g.achievement_id, g.course_id, g.title, g.xp_reward
        from grant_achievements(
            p_user_id => p_user_id, p_before => null, p_course_id => v_course_id, p_occurred_at => v_as_of
        ) as g;
    end loop;
end;
$$;

comment on function check_achievements is 'Grants every achievement a person has reached; returns those that are new.';
revoke all on function check_achievements from public;
grant execute on function check_achievements to pgacademy_service;
