-- bump_stats: adds to one person's counters, XP and periods, and sets their streak; returns their row. See bump_people.
--
-- called by  grant_xp, reverse_xp, record_activity, update_course_progress, grant_coins,
--            reverse_posted_coins, register_file, create_material, start_study_session
-- requires   bump_people
-- errors     PA404 no such person
create or replace function bump_stats(
    p_user_id uuid,
    p_lessons integer default 0,
    p_courses_completed integer default 0,
    p_score numeric default null,
    p_occurred_at timestamptz default null,
    p_score_before numeric default null,
    p_xp integer default 0,
    p_xp_at timestamptz default null,
    p_streak user_stats default null,
    p_coins bigint default 0,
    p_seconds integer default 0,
    p_accessed_at timestamptz default null
)
returns user_stats
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_stats user_stats;
begin
    select s.*
    into v_stats
    from bump_people(
        p_user_ids => array[p_user_id],
        p_lessons => array[p_lessons],
        p_courses_completed => array[p_courses_completed],
        p_scores => array[p_score],
        p_occurred_at => array[p_occurred_at],
        p_scores_before => array[p_score_before],
        p_xp => case when p_xp <> 0 then array[p_xp] end,
        p_xp_at => array[p_xp_at],
        p_streaks => array[p_streak],
        p_coins => array[p_coins],
        p_seconds => array[p_seconds],
        p_accessed_at => array[p_accessed_at]
    ) as s;

    return v_stats;
end;
$$;

comment on function bump_stats is
'Adds to a person''s counters, XP and periods, and sets their streak, in one UPDATE; returns their row.';
-- Granted to nobody: counters move with the rows they count, XP with the ledger.
revoke all on function bump_stats from public;
