-- cluster_id: the identity of this database cluster, which a restore into another one does not carry along.
--
-- called by  roll_up_analytics, rebuild_rollups
-- errors     none
create or replace function cluster_id()
returns bigint
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return (select c.system_identifier from pg_control_system() as c);
end;
$$;

comment on function cluster_id is 'Internal: the identity of the database cluster.';
-- Granted to nobody: a helper of jobs.
revoke all on function cluster_id from public;
