-- check_timezone: refuses a time zone that this server does not know.
--
-- Converting a moment is the quick test (microseconds; pg_timezone_names reads 600 files), but it also takes POSIX
-- rules such as FOO+3 and abbreviations such as PST, which have no daylight saving. So a name with a digit, a sign or
-- without a slash is looked up by name.
--
-- called by  trigger check_timezone on user_settings
-- errors     PA422 no such time zone
create or replace function check_timezone()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_is_known boolean := true;
begin
    if new.timezone is null or new.timezone = 'UTC' then
        return new;
    end if;

    if length(new.timezone) > 50 then
        v_is_known := false;
    elsif new.timezone ~ '[0-9+-]' or new.timezone !~ '/' then
        v_is_known := exists (select from pg_timezone_names as z where z.name = new.timezone);
    else
        -- Nothing is written in this block, so its subtransaction costs no transaction id.
        begin
            perform now() at time zone new.timezone;
        exception
            when invalid_parameter_value then
                v_is_known := false;
        end;
    end if;

    if not v_is_known then
        raise exception 'there is no such time zone'
            using errcode = 'PA422', detail = format('timezone = %s', left(new.timezone, 100)),
                hint = 'Use a name of the IANA database, for example Europe/Berlin.';
    end if;

    return new;
end;
$$;

comment on function check_timezone() is 'Trigger: refuses an unknown time zone.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function check_timezone() from public;
