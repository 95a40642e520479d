-- reverse_xp: take back an award, once.
--
-- The ledger is never changed: a compensating row is added, with the award's own awarded_at, so that week and month
-- of the award lose what they had gained. Levels may fall; achievements stay. Reversing the same award again changes
-- nothing.
--
-- called by  back-end jobs
-- requires   require_service, bump_stats, write_audit
-- errors     PA403 not the service · PA404 no such award · PA409 it is a reversal itself · PA422 no reason
create or replace function reverse_xp(
    p_event_id uuid,
    p_reason text
)
returns table (total_xp bigint, current_level integer, awarded integer)
language plpgsql
volatile
security definer -- writes xp_events and user_stats, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_event xp_events;
begin
    perform require_service();

    if p_reason is null or length(p_reason) not between 1 and 500 then
        raise exception 'a reversal needs a reason'
            using errcode = 'PA422',
                detail = format('reason = %s characters', coalesce(length(p_reason)::text, 'no')),
                hint = 'Say in 1 to 500 characters why the award is taken back.';
    end if;

    select e.* into v_event from xp_events as e where e.id = p_event_id;

    if not found then
        raise exception 'no such award'
            using errcode = 'PA404',
                detail = format('event = %s', coalesce(p_event_id::text, 'null')),
                hint = 'Pass the id of a row of xp_events.';
    end if;

    perform write_audit(
        p_action => 'gamification.reverse_xp', p_entity_type => 'xp_events', p_entity_id => p_event_id::text
    );

    if v_event.source_type = 'reversal' then
        raise exception 'a reversal cannot be reversed'
            using errcode = 'PA409',
                detail = format('event = %s', p_event_id),
                hint = 'Award the XP again, under an occurrence of its own.';
    end if;

    insert into xp_events (user_id, amount, source_type, source_id, reason, awarded_at)
    values (v_event.user_id, -v_event.amount, 'reversal', v_event.id, p_reason, v_event.awarded_at)
    on conflict do nothing;

    if found then
        return query
        select a.total_xp, a.current_level, -v_event.amount
        from bump_stats(p_user_id => v_event.user_id, p_xp => -v_event.amount, p_xp_at => v_event.awarded_at) as a;
    else
        return query
        select s.total_xp, s.current_level, 0
        from user_stats as s
        where s.user_id = v_event.user_id;
    end if;
end;
$$;

comment on function reverse_xp is
'Takes back an award by a compensating row of the ledger, once; returns the new totals.';
revoke all on function reverse_xp from public;
grant execute on function reverse_xp to pgacademy_service;
