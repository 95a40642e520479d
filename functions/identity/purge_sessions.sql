-- purge_sessions: forgets logins that ended more than 30 days ago; returns how many tokens went.
--
-- A login goes as a whole or stays as a whole: as long as one of its tokens could be used, the exchanged ones must be
-- known too, or their reuse would not be noticed. Until then a token that comes again is still told apart from one
-- that never was.
--
-- Everyone who changes a family queues on its first row (end_sessions). A family that somebody holds is not waited for:
-- it goes the next time.
--
-- called by  a daily job
-- requires   require_service, require_moment
-- errors     PA403 not the service · PA422 as of the future
create or replace function purge_sessions(
    p_as_of timestamptz default null
)
returns bigint
language plpgsql
volatile
security definer -- deletes from auth_sessions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_before timestamptz;
    v_family_ids uuid[];
    v_purged bigint;
begin
    perform require_service();

    v_before := require_moment(p_at => p_as_of) - interval '30 days';

    select array_agg(f.id)
    into v_family_ids
    from (
        select s.id
        from auth_sessions as s
        where
            s.id = s.family_id
            and least(s.expires_at, s.revoked_at) < v_before
            and not exists (
                select from auth_sessions as t
                where t.family_id = s.id and least(t.expires_at, t.revoked_at) >= v_before
            )
        order by s.id
        for update skip locked
    ) as f;

    -- A new statement, with the families held: it sees a successor that was committed just before.
    delete from auth_sessions as s
    where
        s.family_id = any(v_family_ids)
        and not exists (
            select from auth_sessions as t
            where t.family_id = s.family_id and least(t.expires_at, t.revoked_at) >= v_before
        );
    get diagnostics v_purged = row_count;

    return v_purged;
end;
$$;

comment on function purge_sessions is 'Deletes logins that ended more than 30 days ago; returns how many tokens went.';
revoke all on function purge_sessions from public;
grant execute on function purge_sessions to pgacademy_service;
