-- grant_xp: give a learner experience points, once per source.
--
-- Appends to the ledger (xp_events) and moves user_stats with it, level and periods included. The same learner, source
-- and occurrence again changes nothing, whatever the amount, and returns the totals as they stand with awarded = 0, so
-- callers may retry. A source that pays repeatedly names its occurrence, a daily bonus for instance the local date.
-- It grants no achievements: callers that should, call grant_achievements afterwards.
--
-- It asks nobody who they are: it is part of procedures that did. The back end calls award_xp.
--
-- called by  award_xp, reward_course, grant_achievements, mark_solution
-- requires   require_moment, bump_stats
-- errors     PA404 no such learner · PA422 amount not between 1 and 100000, no source, a time in the future
create or replace function grant_xp(
    p_user_id uuid,
    p_amount integer,
    p_source_type text,
    p_source_id uuid,
    p_reason text default null,
    p_occurrence text default '',
    p_occurred_at timestamptz default null
)
returns table (total_xp bigint, current_level integer, awarded integer)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_at timestamptz := require_moment(p_at => p_occurred_at);
begin
    if p_amount is null or p_amount not between 1 and 100000 then
        raise exception 'XP must be between 1 and 100000'
            using errcode = 'PA422',
                detail = format('amount = %s', coalesce(p_amount::text, 'null')),
                hint = 'Split a larger reward; take XP back with reverse_xp.';
    end if;

    if p_source_type is null or p_source_type !~ '^[a-z][a-z0-9_]{0,49}$' or p_source_type = 'reversal' then
        raise exception 'XP needs the kind of thing it is given for'
            using errcode = 'PA422',
                detail = format('source_type = %s', coalesce(left(p_source_type, 60), 'null')),
                hint = 'Pass a lower-case name such as lesson or daily_bonus; reversals are made by reverse_xp.';
    end if;

    if length(p_occurrence) > 100 or length(p_reason) > 500 then
        raise exception 'an occurrence has at most 100 characters, a reason 500'
            using errcode = 'PA422',
                detail = format('occurrence = %s, reason = %s characters', length(p_occurrence), length(p_reason)),
                hint = 'Shorten it.';
    end if;

    if not exists (select from users as u where u.id = p_user_id and u.deleted_at is null) then
        raise exception 'no such person'
            using errcode = 'PA404',
                detail = format('user = %s', coalesce(p_user_id::text, 'null')),
                hint = 'Pass the id of a living person.';
    end if;

    insert into xp_events (user_id, amount, source_type, source_id, occurrence, reason, awarded_at)
    values (p_user_id, p_amount, p_source_type, p_source_id, coalesce(p_occurrence, ''), p_reason, v_at)
    on conflict do nothing;

    if found then
        return query
        select a.total_xp, a.current_level, p_amount
        from bump_stats(p_user_id => p_user_id, p_xp => p_amount, p_xp_at => v_at) as a;
    else
        -- A new statement: it sees what the other award committed while the insert waited for it.
        return query
        select s.total_xp, s.current_level, 0
        from user_stats as s
        where s.user_id = p_user_id;
    end if;
end;
$$;

comment on function grant_xp is
'Internal: gives a learner XP once per source and occurrence; returns the totals and what was awarded.';
-- Granted to nobody: it is part of procedures.
revoke all on function grant_xp from public;
