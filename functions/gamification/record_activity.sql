-- record_activity: note that a person learned something, and move their streak and last activity with it. See move_streaks
-- for the rules.
--
-- called by  whatever is learning and no lesson, which reward_lessons counts
-- requires   lock_user_stats, move_streaks, bump_stats
-- errors     PA404 no such person · PA422 an unusable kind of activity
create or replace function record_activity(
    p_user_id uuid,
    p_activity_type text,
    p_occurred_at timestamptz
)
returns table (current_streak integer, longest_streak integer)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_stats user_stats;
begin
    -- The row of counters is the lock for the person's dates.
    v_stats := (
        move_streaks(
            p_stats => lock_user_stats(p_user_ids => array[p_user_id]),
            p_activity_type => p_activity_type,
            p_occurred_at => array[p_occurred_at]
        )
    )[1];

    perform bump_stats(
        p_user_id => p_user_id, p_occurred_at => coalesce(p_occurred_at, now()), p_streak => v_stats
    );

    return query select v_stats.current_streak, v_stats.longest_streak;
end;
$$;

comment on function record_activity is 'Notes a person''s activity on their local date and moves the streak.';
-- Granted to nobody: activity comes from what was learned.
revoke all on function record_activity from public;
