-- set_setting: an administrator changes one operator setting.
--
-- Settings are made by the reference seed, which also gives each its type: this changes values, it does not invent keys.
-- Numbers are rewards and days, so they are whole, not negative, and at most what one award may give. A time zone is one
-- that this server knows: an unknown one would make every award fail. What the scheduler of reviews is told, it can work with.
--
-- called by  administrators
-- requires   require_user, check_study_setting, write_audit
-- errors     PA401 · PA403 not an administrator · PA404 no such setting · PA422 a value of another type, or out of range
create or replace function set_setting(
    p_key text,
    p_value jsonb
)
returns void
language plpgsql
volatile
security definer -- writes platform_settings, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_old jsonb;
    v_number numeric;
begin
    perform require_user(p_role => 'admin');

    select s.setting_value into v_old from platform_settings as s where s.setting_key = p_key for update;

    if not found then
        raise exception 'no such setting'
            using errcode = 'PA404',
                detail = format('key = %s', coalesce(left(p_key, 100), 'null')),
                hint = 'The table platform_settings lists the settings there are.';
    end if;

    if p_value is null or jsonb_typeof(p_value) <> jsonb_typeof(v_old) or length(p_value::text) > 1000 then
        raise exception 'this setting has another type'
            using errcode = 'PA422',
                detail = format('type = %s', coalesce(jsonb_typeof(p_value), 'null')),
                hint = format('Pass a JSON %s of at most 1000 characters.', jsonb_typeof(v_old));
    end if;

    if jsonb_typeof(p_value) = 'number' then
        v_number := (p_value #>> '{}')::numeric;

        if v_number not between 0 and 100000 or v_number <> trunc(v_number) then
            raise exception 'this number is out of range'
                using errcode = 'PA422',
                    detail = format('value = %s', left(p_value::text, 100)),
                    hint = 'Pass a whole number from 0 to 100000.';
        end if;
    end if;

    if p_key like '%.timezone' and not exists (
        select from pg_timezone_names as z where z.name = p_value #>> '{}'
    ) then
        raise exception 'no such time zone'
            using errcode = 'PA422',
                detail = format('value = %s', left(p_value::text, 100)),
                hint = 'Pass an IANA name such as Europe/Athens.';
    end if;

    if p_key like 'study.%' then
        perform check_study_setting(p_key => p_key, p_value => p_value);
    end if;

    perform write_audit(
        p_action => 'operations.set_setting', p_entity_type => 'platform_settings', p_entity_id => p_key,
        p_new_values => jsonb_build_object('setting_value', p_value)
    );

    update platform_settings as s set setting_value = p_value where s.setting_key = p_key;
end;
$$;

comment on function set_setting is 'Changes the value of an operator setting that exists.';
revoke all on function set_setting from public;
grant execute on function set_setting to pgacademy_admin;
