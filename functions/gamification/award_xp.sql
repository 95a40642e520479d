-- award_xp: the back end gives a learner experience points, once per source.
--
-- See grant_xp for what that does. The same learner, source and occurrence again changes nothing and returns the totals
-- as they stand with awarded = 0, so callers may retry. It grants no achievements: check_achievements does, or the
-- learner's next event.
--
-- called by  back-end jobs
-- requires   require_service, lock_rewarded_enrollment, grant_xp
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
begin
    perform require_service();
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
        p_occurred_at => p_occurred_at
    ) as g;
end;
$$;

comment on function award_xp is
'Gives a learner XP once per source and occurrence; returns the totals and what was awarded.';
revoke all on function award_xp from public;
grant execute on function award_xp to pgacademy_service;
