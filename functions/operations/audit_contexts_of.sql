-- audit_contexts_of: where a person's requests came from: those they made as themselves, and those in which the back end
-- did something to their account, such as a login, and nobody else is known to have asked.
--
-- called by  the catalogue of columns, for export and erasure
-- errors     none
create or replace function audit_contexts_of(p_user_id uuid)
returns setof uuid
language sql
stable
security invoker
set search_path from current
as $$
    select c.id
    from audit_contexts as c
    where c.user_id = p_user_id
    union
    select c.id
    from audit_logs as l
    inner join audit_contexts as c on c.id = l.context_id and c.user_id is null
    where l.entity_type = 'users' and l.entity_id = p_user_id::text;
$$;

comment on function audit_contexts_of is 'Internal: the rows of audit_contexts that are a person''s.';
-- Granted to nobody: part of export and erasure.
revoke all on function audit_contexts_of from public;
