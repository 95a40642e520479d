-- Views ask with the rights of who reads them. One that asks with its owner's is at least a security barrier, so that a
-- reader's own function never sees a row the view leaves out. (That its file says why is checked with the sources.)
select
    c.oid::regclass::text as object,
    'asks with its owner''s rights and is no security barrier' as finding
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname = current_schema()
    and c.relkind = 'v'
    and coalesce(c.reloptions, '{}')::text !~ 'security_invoker=(true|on|1)'
    and coalesce(c.reloptions, '{}')::text !~ 'security_barrier=(true|on|1)'
order by 1;
