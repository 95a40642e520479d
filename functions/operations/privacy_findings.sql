-- privacy_findings: what is left of people who were erased, and erasures that stopped half way a day ago.
--
-- One query per table, over everyone who was erased.
--
-- called by  verify_integrity
-- requires   column_catalogue, blanked_columns
-- errors     none
create or replace function privacy_findings()
returns table (check_name text, table_name text, row_id text, expected text, actual text)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_item record;
begin
    return query
    select 'erasure', 'erasures', e.user_id::text, 'erased', e.step
    from erasures as e
    where e.finished_at is null and e.stepped_at < now() - interval '1 day';

    if not exists (select from erasures as e where e.step = 'erased') then
        return;
    end if;

    for v_item in
        select
            t.table_name,
            replace(t.entry ->> 'person', '$1', 'e.erased_id') as condition,
            case
                when t.entry ->> 'erased' = 'delete' then 'true'
                else format('row(%s) is distinct from row(%s)', b.columns, b.blanks)
            end as leftovers,
            coalesce(t.entry ->> 'erased' = 'unless kept', false) as is_choice
        from jsonb_each(column_catalogue()) as t (table_name, entry)
        cross join lateral blanked_columns(p_table_name => t.table_name) as b
        where t.entry ? 'person' and (t.entry ->> 'erased' = 'delete' or b.columns is not null)
    loop
        return query execute format(
            'select ''erasure'', %1$L, e.erased_id::text, ''nothing'', count(*) || '' rows''
            from (
                select x.user_id as erased_id from erasures as x
                where x.step = ''erased'' and not (%2$L::boolean and x.keeps_certificates)
            ) as e
            inner join %1$I as t on %3$s
            where %4$s
            group by e.erased_id',
            v_item.table_name, v_item.is_choice, v_item.condition, v_item.leftovers
        );
    end loop;
end;
$$;

comment on function privacy_findings is 'Internal: what verify_integrity says of people who were erased.';
-- Granted to nobody: it reads other people's rows.
revoke all on function privacy_findings from public;
