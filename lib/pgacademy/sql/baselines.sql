-- Queries of pgacademy.baselines, run as the school's owner with the school first in the path.

-- name: owners
select
    c.relname::text,
    pg_get_userbyid(c.relowner)::text
from pg_class as c
where c.relname = any(%(tables)s::text[]) and c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
