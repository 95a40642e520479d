-- require_period: refuses two days that are no period: the wrong way round, outside of 1900 to 2999, or more than ten years.
--
-- called by  reports over a period
-- errors     PA422
create or replace function require_period(
    p_from_date date,
    p_to_date date
)
returns void
language plpgsql
immutable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if (p_from_date between '1900-01-01' and p_to_date and p_to_date < '3000-01-01' and p_to_date - p_from_date <= 3660) is not true then
        raise exception 'this is no period that can be reported'
            using errcode = 'PA422',
                detail = format('from = %s, to = %s', coalesce(p_from_date::text, 'null'), coalesce(p_to_date::text, 'null')),
                hint = 'Name two days in order, at most ten years apart.';
    end if;
end;
$$;

comment on function require_period is 'Internal: an error unless two days are a period.';
-- Granted to nobody: it is part of reports.
revoke all on function require_period from public;
