-- require_service: an error unless the caller is the back end itself.
--
-- The service role, or the owner of the school and whoever inherits it: seeds, imports and jobs run as the owner.
--
-- called by  every procedure of the service (definer functions all: it is granted to nobody)
-- requires   acting_in
-- errors     PA403 not acting as the service
create or replace function require_service()
returns void
language plpgsql
stable
parallel safe
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if not acting_in('service') and not acting_in('owner') then
        raise exception 'only the back end may do this'
            using errcode = 'PA403', detail = format('role = %s', current_setting('role')),
                hint = format('Act as %s.', current_schema() || '_service');
    end if;
end;
$$;

comment on function require_service() is
'Internal: an error unless the caller acts as the service or the owner of the school.';
revoke all on function require_service() from public;
