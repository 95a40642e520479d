-- register_user: a new person.
--
-- A person is told apart by an email or a username; one of them is needed. The password arrives as a hash (bcrypt or
-- argon2) that the application made; null for people who log in with a wallet or elsewhere. p_user_id is for schools
-- whose people are known to an identity provider already: its id becomes theirs. Nobody registers as an administrator:
-- set_role() makes one.
--
-- The email and the username are looked up first, for a clear answer; between two registrations at the same moment the
-- unique index decides (23505, users_email_key or users_username_key, which the library reports as the same conflict).
-- p_occurred_at is when the person registered; imports replay it.
--
-- called by  back-end registration, imports, seeds
-- requires   require_service, require_moment, check_person_values
-- errors     PA403 not the back end · PA409 email, username or id taken · PA422 neither email nor username; one
--            that cannot be; another role; a name too long; no hash; malformed language; unknown time zone; a moment that
--            cannot be · 23514 another value that a constraint of users refuses
create or replace function register_user(
    p_email text default null,
    p_username text default null,
    p_full_name text default null,
    p_first_name text default null,
    p_last_name text default null,
    p_role text default 'student',
    p_password_hash text default null,
    p_timezone text default null,
    p_language text default null,
    p_academic_level text default null,
    p_preferences jsonb default null,
    p_metadata jsonb default null,
    p_email_verified boolean default false,
    p_user_id uuid default null,
    p_occurred_at timestamptz default null
)
returns uuid
language plpgsql
volatile
security definer -- writes users and user_secrets, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_email text := nullif(btrim(p_email), '');
    v_username text := nullif(btrim(p_username), '');
    v_user_id uuid := coalesce(p_user_id, uuid_v7());
    v_at timestamptz;
begin
    perform require_service();
    v_at := require_moment(p_occurred_at);

    if v_email is null and v_username is null then
        raise exception 'a person needs an email or a username'
            using errcode = 'PA422', detail = 'email and username are empty', hint = 'Pass one of them.';
    end if;
    if p_role is null or p_role not in ('student', 'instructor') then
        raise exception 'people register as student or instructor'
            using errcode = 'PA422', detail = format('role = %s', left(p_role, 100)),
                hint = 'Administrators are made with set_role.';
    end if;
    perform check_person_values(
        p_email => v_email,
        p_username => v_username,
        p_full_name => p_full_name,
        p_first_name => p_first_name,
        p_last_name => p_last_name,
        p_password_hash => p_password_hash,
        p_language => p_language
    );

    if exists (select from users as u where lower(u.email) = lower(v_email) and u.deleted_at is null) then
        raise exception 'this email is taken'
            using errcode = 'PA409', detail = 'users_email_key', hint = 'Log in, or use another address.';
    end if;
    if exists (select from users as u where lower(u.username) = lower(v_username)) then
        raise exception 'this username is taken'
            using errcode = 'PA409', detail = 'users_username_key', hint = 'Choose another one.';
    end if;
    if exists (select from users as u where u.id = p_user_id) then
        raise exception 'this id is taken'
            using errcode = 'PA409', detail = 'users_pkey', hint = 'The person is registered already.';
    end if;

    insert into users (
        id, email, username, full_name, first_name, last_name, role, academic_level, preferences, metadata,
        email_verified, created_at, updated_at
    )
    values (
        v_user_id, v_email, v_username, p_full_name, p_first_name, p_last_name, p_role,
        coalesce(p_academic_level, 'beginner'), coalesce(p_preferences, '{}'), coalesce(p_metadata, '{}'),
        coalesce(p_email_verified, false) and v_email is not null, v_at, v_at
    );

    if p_password_hash is not null then
        insert into user_secrets (user_id, password_hash, password_changed_at)
        values (v_user_id, p_password_hash, v_at);
    end if;

    -- The trigger on users made the row, with defaults.
    if p_timezone is not null or p_language is not null then
        update user_settings as s
        set timezone = coalesce(p_timezone, s.timezone), language = coalesce(p_language, s.language)
        where s.user_id = v_user_id;
    end if;

    return v_user_id;
end;
$$;

comment on function register_user is 'Registers a person and returns their id.';
revoke all on function register_user from public;
grant execute on function register_user to pgacademy_service;
