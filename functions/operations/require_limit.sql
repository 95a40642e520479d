-- require_limit: how many a call returns or takes at most, or an error. The one rule of pages and batches.
--
-- A page has a bound because its reader waits for all of it, and asks for the next one; a batch because what a job takes it
-- locks until it commits. After a job stood still for a while, a large one makes everybody wait who writes the same rows; so
-- a job takes so many and is called again until it finds nothing.
--
-- called by  aggregate_session_data, apply_achievement, apply_retention, close_overdue_attempts, close_overdue_drafts,
--            coin_history, due_cards, engagement_page, fold_discussion_views, fold_notification_counts,
--            fold_project_views, forget_faucet_addresses, grant_missing_coins, issue_missing_certificates,
--            leaderboard_page, leaderboard_top, list_discussions, list_files, list_notifications, list_projects,
--            list_replies, my_audit_trail, open_chain_transactions, preview_achievement, search_courses,
--            search_discussions
-- errors     PA422 not between 1 and p_max
create or replace function require_limit(
    p_limit integer,
    p_max integer
)
returns void
language plpgsql
immutable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if p_limit is null or p_limit not between 1 and p_max then
        raise exception 'this many cannot be had at once'
            using errcode = 'PA422',
                detail = format('limit = %s, at most = %s', coalesce(p_limit::text, 'null'), p_max),
                hint = format('Pass 1 to %s, and call again for what is left.', p_max);
    end if;
end;
$$;

comment on function require_limit is 'Internal: how many a call returns or takes at most.';
-- Granted to nobody: part of procedures.
revoke all on function require_limit from public;
