-- effective_streak: a person's streak as it stands now, on their local date, without any job having run.
--
-- It is alive while the days missed are not more than the freezes held. People ask about themselves; administrators and
-- the back end about anyone. Null if there is no such person.
--
-- called by  v_user_dashboard; anyone signed in
-- requires   current_user_id, acting_in, acts_as, require_moment, local_date, streak_as_of
-- errors     PA401 nobody is signed in · PA403 someone else's streak · PA422 a time in the future
create or replace function effective_streak(
    p_user_id uuid default null,
    p_as_of timestamptz default null
)
returns integer
language plpgsql
stable
security definer -- the service reads no table
set search_path from current
as $$
#variable_conflict use_column
declare
    v_caller uuid := current_user_id();
    v_user_id uuid := coalesce(p_user_id, v_caller);
    v_as_of timestamptz := require_moment(p_at => p_as_of);
begin
    if v_user_id is null then
        raise exception 'nobody is signed in'
            using errcode = 'PA401', detail = 'user = null', hint = 'Sign in, or name a person.';
    end if;

    if v_user_id is distinct from v_caller
        and not acting_in('service') and not acting_in('owner') and not acts_as('admin')
    then
        raise exception 'a streak is its owner''s business'
            using errcode = 'PA403', detail = format('user = %s', v_user_id), hint = 'Ask about yourself.';
    end if;

    return (
        select coalesce(
            streak_as_of(
                p_current_streak => s.current_streak,
                p_last_streak_date => s.last_streak_date,
                p_streak_freezes => s.streak_freezes,
                p_today => local_date(p_user_id => s.user_id, p_at => v_as_of)
            ),
            0
        )
        from user_stats as s
        where s.user_id = v_user_id
    );
end;
$$;

comment on function effective_streak is
'The days of a person''s streak as it stands on their local date; 0 when it is over.';
revoke all on function effective_streak from public;
grant execute on function effective_streak to
pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
