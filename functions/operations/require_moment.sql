-- require_moment: when something happened, as told by a caller: null means now; a moment that cannot be is refused.
--
-- Five minutes of leeway allow for clocks that differ. The past is open, because imports replay it; only infinity and
-- what lies before 1900, a mistake in the data, are refused. The bound is the statement's time, not the transaction's,
-- so that a long transaction may report what happened while it was running.
--
-- called by  every procedure that takes p_occurred_at or p_as_of
-- errors     PA422 infinite, before 1900, or more than five minutes ahead
create or replace function require_moment(
    p_at timestamptz
)
returns timestamptz
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if p_at is null then
        return now();
    end if;

    if not isfinite(p_at) or p_at < '1900-01-01Z' or p_at > statement_timestamp() + interval '5 minutes' then
        raise exception 'this is not a moment at which something can have happened'
            using errcode = 'PA422',
                detail = format('moment = %s', p_at),
                hint = 'Pass a time since 1900 that is not in the future, or null for now.';
    end if;

    return p_at;
end;
$$;

comment on function require_moment is 'The given moment, now if null; refuses infinity, the future and before 1900.';
-- Granted to nobody: a helper of procedures.
revoke all on function require_moment from public;
