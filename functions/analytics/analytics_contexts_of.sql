-- analytics_contexts_of: the visits of a person: those that were theirs from the beginning, and those they signed in during.
--
-- called by  erase_user, export_user and privacy_findings, as column_catalogue() says
-- errors     none
create or replace function analytics_contexts_of(p_user_id uuid)
returns setof text
language sql
stable
security invoker
set search_path from current
as $$
    select c.session_id
    from analytics_contexts as c
    where c.user_id = p_user_id
    union
    select e.session_id
    from analytics_events as e
    where e.user_id = p_user_id and e.session_id is not null;
$$;

comment on function analytics_contexts_of is 'Internal: the visits of a person, by their session_id.';
-- Granted to nobody: part of procedures.
revoke all on function analytics_contexts_of from public;
