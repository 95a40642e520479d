-- seal_audit_logs: seals what was noted since the last time; returns the new seals, of each partition that has any rows.
--
-- Rows become visible when their transaction commits, in no order of their numbers: sealed is only up to a number below
-- which nothing can appear any more. To know one, it is read how far numbers have gone, and then this transaction takes
-- its identifier. Whoever took one of these numbers had an identifier before (write_audit, audit_…), hence a smaller one. So as
-- soon as no transaction with a smaller one is running, all rows up to that number are there, or never will be. Often
-- that is so at once; else the number is kept (audit_watermark) and the next run goes by it. A transaction that stays
-- open for hours holds sealing up for hours, and is sealed when it has ended.
--
-- Call it in a transaction of its own: one that has written before has its identifier already, and then this can only go
-- by the number that was kept. Keep the last seal_hash of each partition outside of this server: against whoever can
-- change rows, seals and this function alike, nothing else helps.
--
-- called by  a job, every few minutes
-- requires   require_service, audit_batches, audit_seal_hash, list_partitions
-- errors     PA403 not the service · PA409 in a transaction whose snapshot stands still
create or replace function seal_audit_logs()
returns table (seal_number bigint, partition_name text, row_count bigint, seal_hash bytea)
language plpgsql
volatile
security definer -- reads and writes the audit trail, which no platform role may
set search_path from current
as $$
#variable_conflict use_column
declare
    v_batch_rows constant bigint := 1000000;
    v_is_alone boolean := pg_current_xact_id_if_assigned() is null;
    v_taken bigint;
    v_transaction_id xid8;
    v_oldest xid8;
    v_kept audit_watermark;
    v_up_to bigint;
    v_from bigint;
    v_to bigint;
    v_partition text;
    v_seal audit_seals;
begin
    perform require_service();

    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'sealing has to see what others commit'
            using errcode = 'PA409',
                detail = format('transaction_isolation = %s', current_setting('transaction_isolation')),
                hint = 'Call it in a transaction that is READ COMMITTED.';
    end if;

    -- The order of these statements is the whole of the argument above.
    select case when n.is_called then n.last_value else n.last_value - 1 end into v_taken from audit_log_numbers as n;
    v_transaction_id := pg_current_xact_id();

    -- Two sealers: the other one waits here.
    update audit_watermark as w set is_only = true returning w.* into v_kept;

    select pg_snapshot_xmin(pg_current_snapshot()) into v_oldest;

    if v_is_alone and v_oldest >= v_transaction_id then
        v_up_to := v_taken;
        update audit_watermark as w set log_number = null, transaction_id = null;
    elsif v_kept.transaction_id <= v_oldest then
        v_up_to := v_kept.log_number;
    end if;

    -- The older number is the sooner reached, so it is kept until it is; but not one of another server's count.
    if v_is_alone and v_oldest < v_transaction_id
        and (v_up_to is not null or v_kept.transaction_id is null or v_kept.transaction_id > v_transaction_id)
    then
        update audit_watermark as w set log_number = v_taken, transaction_id = v_transaction_id;
    end if;

    select coalesce(max(s.up_to_log_number), 0), coalesce(max(s.seal_number), 0)
    into v_from, v_seal.seal_number
    from audit_seals as s;

    v_seal.sealed_at := now();

    while v_from < v_up_to loop
        v_to := least(v_from + v_batch_rows, v_up_to);

        for v_partition in
            select l.partition_name from list_partitions() as l where l.table_name = 'audit_logs' order by l.starts_at
        loop
            select b.row_count, b.rows_hash
            into v_seal.row_count, v_seal.rows_hash
            from audit_batches(
                p_table => v_partition, p_from => v_from, p_to => v_to, p_after => array[v_from], p_up_to => array[v_to]
            ) as b;

            continue when not found;

            v_seal.seal_number := v_seal.seal_number + 1;
            v_seal.partition_name := v_partition;
            v_seal.after_log_number := v_from;
            v_seal.up_to_log_number := v_to;
            v_seal.previous_hash := (
                select s.seal_hash
                from audit_seals as s
                where s.partition_name = v_partition
                order by s.seal_number desc
                limit 1
            );
            v_seal.seal_hash := audit_seal_hash(p_seal => v_seal);

            insert into audit_seals select v_seal.*;

            return query select v_seal.seal_number, v_partition, v_seal.row_count, v_seal.seal_hash;
        end loop;

        v_from := v_to;
    end loop;
end;
$$;

comment on function seal_audit_logs is 'Seals what was noted in the audit trail since the last time; returns the new seals.';
revoke all on function seal_audit_logs from public;
grant execute on function seal_audit_logs to pgacademy_service;
