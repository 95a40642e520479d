-- Every foreign key has an index that starts with its columns, in any order; else deleting or locking a parent reads the
-- whole child. A partial index serves if it leaves out nothing but nulls; and an index on the one column that refers to
-- the parent's primary key serves a wider key (the other columns only repeat what that row says).
select
    k.conrelid::regclass::text as object,
    'has no index for ' || k.conname as finding
from pg_constraint as k
inner join pg_namespace as n on n.oid = k.connamespace
where
    n.nspname = current_schema()
    and k.contype = 'f'
    and k.conparentid = 0
    -- Changes with every completion; what removes a lesson reads the course's enrolments anyway (see its migration).
    and k.conname <> 'enrollments_current_lesson_id_fkey'
    and not exists (
        select
        from pg_index as i
        where
            i.indrelid = k.conrelid
            and i.indisvalid
            and (
                (
                    i.indnkeyatts >= cardinality(k.conkey)
                    and (string_to_array(i.indkey::text, ' ')::smallint[])[1:cardinality(k.conkey)] @> k.conkey
                )
                or exists (
                    select
                    from pg_index as pk
                    where
                        pk.indrelid = k.confrelid
                        and pk.indisprimary
                        and pk.indnkeyatts = 1
                        and i.indkey[0] = k.conkey[array_position(k.confkey, pk.indkey[0])]
                )
            )
            and (
                i.indpred is null
                or exists (
                    select
                    from pg_attribute as a
                    where
                        a.attrelid = k.conrelid
                        and a.attnum = any(k.conkey)
                        and pg_get_expr(i.indpred, i.indrelid) = '(' || quote_ident(a.attname) || ' IS NOT NULL)'
                )
            )
    )
order by 1, 2;
