-- award_xp: the back end gives a learner experience points, once per source.
--
-- What that does, and that it may be repeated, is said in grant_xp. A source that pays repeatedly names its occurrence, a
-- daily bonus for instance the local date. It grants no achievements: check_achievements does, or the next event.
--
-- called by  back-end jobs
-- requires   require_service, require_moment, lock_rewarded_enrollment, grant_xp
-- errors     PA403 not the service · PA404 no such learner · PA422 amount not between 1 and 100000, no source, a time
--            in the future
create or replace function award_xp(
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
security definer -- writes xp_events and user_stats, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_at timestamptz;
begin
    perform require_service();
    v_at := require_moment(p_at => p_occurred_at);

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

    perform lock_rewarded_enrollment(p_user_id => p_user_id, p_source_type => p_source_type, p_source_id => p_source_id);

    return query
    select g.total_xp, g.current_level, g.awarded
    from grant_xp(
        p_user_id => p_user_id,
        p_amount => p_amount,
        p_source_type => p_source_type,
        p_source_id => p_source_id,
        p_reason => p_reason,
        p_occurrence => p_occurrence,
        p_occurred_at => v_at
    ) as g;
end;
$$;

comment on function award_xp is
'Gives a learner XP once per source and occurrence; returns the totals and what was awarded.';
revoke all on function award_xp from public;
grant execute on function award_xp to pgacademy_service;
