-- notify: tells one person something. See notify_people.
--
-- called by  post_reply, mark_solution, grant_to_people, bump_people, reward_courses, transfer_coins
-- requires   notify_people
-- errors     those of notify_people
create or replace function notify(
    p_user_id uuid,
    p_type text,
    p_title text,
    p_message text default '',
    p_related_type text default null,
    p_related_id uuid default null,
    p_priority text default 'normal',
    p_action_url text default null,
    p_occurrence text default null,
    p_occurred_at timestamptz default null
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    perform notify_people(
        p_user_ids => array[p_user_id],
        p_type => p_type,
        p_title => p_title,
        p_message => p_message,
        p_related_type => p_related_type,
        p_related_id => p_related_id,
        p_priority => p_priority,
        p_action_url => p_action_url,
        p_occurrence => p_occurrence,
        p_occurred_at => p_occurred_at
    );
end;
$$;

comment on function notify is 'Internal: tells one person something, over the channels they want.';
-- Granted to nobody: news comes from what happened.
revoke all on function notify from public;
