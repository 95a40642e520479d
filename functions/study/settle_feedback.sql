-- settle_feedback: an administrator says what became of a comment or report: resolved or dismissed, or active again.
--
-- called by  administrators
-- requires   require_user
-- errors     PA401 · PA403 not an administrator · PA404 no such feedback · PA422 no such status
create or replace function settle_feedback(
    p_feedback_id uuid,
    p_status text
)
returns void
language plpgsql
volatile
security definer -- updates user_feedback, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_user(p_role => 'admin');

    if (p_status in ('active', 'resolved', 'dismissed')) is not true then
        raise exception 'there is no such status'
            using errcode = 'PA422', detail = format('status = %s', coalesce(left(p_status, 60), 'null')),
                hint = 'Use active, resolved or dismissed.';
    end if;

    update user_feedback as f set status = p_status where f.id = p_feedback_id;

    if not found then
        raise exception 'there is no such feedback'
            using errcode = 'PA404', detail = format('feedback_id = %s', coalesce(p_feedback_id::text, 'null')),
                hint = 'Look it up in user_feedback.';
    end if;
end;
$$;

comment on function settle_feedback is 'Says what became of feedback: resolved, dismissed or active again.';
revoke all on function settle_feedback from public;
grant execute on function settle_feedback to pgacademy_admin;
