-- count_deed: one more of something a person does beside their lessons, with the achievements it reaches. See count_deeds.
--
-- called by  apply_review, create_project, grade_submission, mark_solution, mint_project, post_reply, settle_attempt,
--            start_discussion, vote, withdraw_certificate, withdraw_solution
-- requires   count_deeds
-- errors     PA404 no such person · 23514 fewer than none · P0004 a metric that is no deed
create or replace function count_deed(
    p_user_id uuid,
    p_metric text,
    p_by integer default 1,
    p_occurred_at timestamptz default null,
    out achievements jsonb,
    out xp_awarded integer
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    select d.achievements, d.xp_awarded
    into achievements, xp_awarded
    from count_deeds(
        p_user_ids => array[p_user_id], p_metric => p_metric, p_by => p_by, p_occurred_at => array[p_occurred_at]
    ) as d;
end;
$$;

comment on function count_deed is 'Internal: counts what a person did beside their lessons; returns the achievements it reached.';
-- Granted to nobody: counters move with the rows they count.
revoke all on function count_deed from public;
