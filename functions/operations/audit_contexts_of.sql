-- audit_contexts_of: where a person's requests came from: those they made as themselves, and those in which the back end
-- did something to their account or to a wallet, such as a login, and nobody else is known to have asked.
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
    from (
        select n.entity_type, p_user_id::text as entity_id
        from unnest(array['users', 'user_settings', 'user_secrets', 'user_encrypted_fields']) as n (entity_type)
        union all
        select 'user_wallets' as entity_type, w.id::text as entity_id
        from user_wallets as w
        where w.user_id = p_user_id
    ) as o
    inner join audit_logs as l on l.entity_type = o.entity_type and l.entity_id = o.entity_id
    inner join audit_contexts as c on c.id = l.context_id and c.user_id is null;
$$;

comment on function audit_contexts_of is 'Internal: the rows of audit_contexts that are a person''s.';
-- Granted to nobody: part of export and erasure.
revoke all on function audit_contexts_of from public;
