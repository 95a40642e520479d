-- audit_batches: counts and hashes rows of audit_logs by batches, in one pass over their table.
--
-- p_table is a partition, or a table that was one. Of the rows numbered above p_from and up to p_to, batch n holds those
-- above p_after[n] and up to p_up_to[n]; batches follow each other and do not overlap. Rows of none are batch 0.
--
-- The text of a row is the one below and nothing that a session can set: moments are microseconds, and the rest is JSON
-- as jsonb prints it, in UTF-8. What can be deleted is outside of it (context_id).
--
-- called by  seal_audit_logs, verify_audit_seals
-- errors     none
create or replace function audit_batches(
    p_table text,
    p_from bigint,
    p_to bigint,
    p_after bigint[],
    p_up_to bigint[]
)
returns table (batch integer, row_count bigint, rows_hash bytea)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_first constant bigint[] := array(select a.n + 1 from unnest(p_after) as a (n) order by a.n);
begin
    for batch, row_count, rows_hash in execute format(
        $query$
            select
                b.batch,
                count(*),
                sha256(string_agg(
                    sha256(convert_to(
                        jsonb_build_array(
                            l.log_number, l.id, (extract(epoch from l.created_at) * 1000000)::bigint, l.user_id,
                            l.acted_as, l.login, l.action, l.entity_type, l.entity_id, l.old_values, l.new_values,
                            l.is_success, l.error_code
                        )::text,
                        'UTF8'
                    )),
                    '' order by l.log_number
                ))
            from %I as l
            cross join lateral (select width_bucket(l.log_number, $1) as nth) as n
            cross join lateral (select case when l.log_number <= $2[n.nth] then n.nth else 0 end as batch) as b
            where l.log_number > $3 and l.log_number <= $4
            group by b.batch
        $query$,
        p_table
    )
    using v_first, p_up_to, p_from, p_to
    loop
        return next;
    end loop;
end;
$$;

comment on function audit_batches is 'Internal: counts and hashes of batches of the audit trail.';
-- Granted to nobody: it reads everything that anybody did.
revoke all on function audit_batches from public;
