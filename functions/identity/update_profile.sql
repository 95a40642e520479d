-- update_profile: people edit what they say about themselves. Null leaves a field as it is, an empty text clears it.
--
-- p_preferences is merged into what is there, one level deep inside each of its objects, so that setting one privacy
-- choice keeps the others; a key set to null is removed. A username can be chosen once, by those who have none: a
-- handle is never handed to someone else.
--
-- called by  people, for themselves
-- requires   require_user, check_person_values
-- errors     PA401, PA403 from require_user · PA409 username taken, or chosen before · PA422 preferences not an
--            object; a username that cannot be; a text too long · 23505 username taken at the same moment
--            (users_username_key) · 23514 avatar too long
create or replace function update_profile(
    p_full_name text default null,
    p_first_name text default null,
    p_last_name text default null,
    p_avatar_url text default null,
    p_avatar_emoji text default null,
    p_bio text default null,
    p_phone_number text default null,
    p_preferences jsonb default null,
    p_show_on_leaderboard boolean default null,
    p_username text default null
)
returns void
language plpgsql
volatile
security definer -- writes users.username, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(null);
    v_user users;
    v_preferences jsonb;
begin
    if p_preferences is not null and (jsonb_typeof(p_preferences) <> 'object' or pg_column_size(p_preferences) > 16384)
    then
        raise exception 'preferences are a small JSON object'
            using errcode = 'PA422', detail = format('type = %s', jsonb_typeof(p_preferences)),
                hint = 'Pass an object of at most 16 kB.';
    end if;
    perform check_person_values(
        p_username => p_username,
        p_full_name => btrim(p_full_name),
        p_first_name => btrim(p_first_name),
        p_last_name => btrim(p_last_name),
        p_bio => p_bio,
        p_phone_number => btrim(p_phone_number)
    );

    select u.*
    into v_user
    from users as u
    where u.id = v_user_id
    for no key update;

    if p_username is not null and p_username is distinct from v_user.username then
        if v_user.username is not null then
            raise exception 'a username is chosen once'
                using errcode = 'PA409', detail = format('username = %s', v_user.username),
                    hint = 'Change the full name instead.';
        end if;
        if exists (select from users as u where lower(u.username) = lower(p_username)) then
            raise exception 'this username is taken'
                using errcode = 'PA409', detail = 'users_username_key', hint = 'Choose another one.';
        end if;
    end if;

    v_preferences := v_user.preferences;
    if p_preferences is not null then
        select coalesce(jsonb_object_agg(m.key, m.value) filter (where m.value <> 'null'), '{}')
        into v_preferences
        from (
            select
                coalesce(n.key, o.key) as key,
                case
                    when n.key is null then o.value
                    when jsonb_typeof(o.value) = 'object' and jsonb_typeof(n.value) = 'object' then o.value || n.value
                    else n.value
                end as value
            from jsonb_each(v_user.preferences) as o
            full join jsonb_each(p_preferences) as n on n.key = o.key
        ) as m;
    end if;

    update users as u
    set
        full_name = case when p_full_name is null then u.full_name else nullif(btrim(p_full_name), '') end,
        first_name = case when p_first_name is null then u.first_name else nullif(btrim(p_first_name), '') end,
        last_name = case when p_last_name is null then u.last_name else nullif(btrim(p_last_name), '') end,
        avatar_url = case when p_avatar_url is null then u.avatar_url else nullif(p_avatar_url, '') end,
        avatar_emoji = case when p_avatar_emoji is null then u.avatar_emoji else nullif(p_avatar_emoji, '') end,
        bio = case when p_bio is null then u.bio else nullif(p_bio, '') end,
        phone_number = case when p_phone_number is null then u.phone_number else nullif(btrim(p_phone_number), '') end,
        preferences = v_preferences,
        show_on_leaderboard = coalesce(p_show_on_leaderboard, u.show_on_leaderboard),
        username = coalesce(u.username, p_username)
    where u.id = v_user_id;
end;
$$;

comment on function update_profile is
'Changes the caller''s own profile: null leaves a field as it is, an empty text clears it.';
revoke all on function update_profile from public;
grant execute on function update_profile to pgacademy_student, pgacademy_instructor, pgacademy_admin;
