-- check_person_values: what people get wrong about a person, in words they can use.
--
-- The table's own constraints refuse the same; this says it before, with what to do. Null is not looked at. Rarer
-- mistakes are left to the constraints, whose names say what is wrong.
-- What was sent is personal, so the error tells its length alone.
--
-- called by  register_user, verify_email, set_password, update_profile, update_settings (granted to nobody)
-- errors     PA422 one of its arguments, with what it may be in the hint
create or replace function check_person_values(
    p_email text default null,
    p_username text default null,
    p_full_name text default null,
    p_first_name text default null,
    p_last_name text default null,
    p_bio text default null,
    p_phone_number text default null,
    p_password_hash text default null,
    p_theme text default null,
    p_language text default null
)
returns void
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_field text;
    v_value text;
    v_hint text;
begin
    select r.field, r.value, r.hint
    into v_field, v_value, v_hint
    from (
        values
        (
            'email', p_email, p_email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(p_email) <= 255,
            'Pass an address with one @ and no spaces, of at most 255 characters.'
        ),
        (
            'username', p_username, p_username ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$',
            'Use 1 to 50 letters, digits, dots, hyphens and underscores, a letter or digit first.'
        ),
        ('full_name', p_full_name, length(p_full_name) <= 255, 'Pass at most 255 characters.'),
        ('first_name', p_first_name, length(p_first_name) <= 100, 'Pass at most 100 characters.'),
        ('last_name', p_last_name, length(p_last_name) <= 100, 'Pass at most 100 characters.'),
        ('bio', p_bio, length(p_bio) <= 5000, 'Pass at most 5000 characters.'),
        ('phone_number', p_phone_number, length(p_phone_number) <= 20, 'Pass at most 20 characters.'),
        (
            'password_hash', p_password_hash, length(p_password_hash) between 20 and 255,
            'Pass a bcrypt or argon2 hash, never the password.'
        ),
        ('theme', p_theme, p_theme in ('light', 'dark', 'auto'), 'Pass light, dark or auto.'),
        (
            'language', p_language, p_language ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$' and length(p_language) <= 10,
            'Pass a language tag of at most 10 characters, for example en or pt-BR.'
        )
    ) as r (field, value, is_right, hint)
    where not r.is_right
    limit 1;

    if found then
        raise exception 'a person cannot have this %', v_field
            using errcode = 'PA422', detail = format('%s of %s characters', v_field, length(v_value)), hint = v_hint;
    end if;
end;
$$;

comment on function check_person_values is 'Internal: refuses what people cannot be called, reached by or shown.';
revoke all on function check_person_values from public;
