-- sync_public_profile: carries what a person shows from users to public_profiles, when it changed.
--
-- called by  trigger sync_public_profile on users
-- requires   shown_profile
-- errors     none of its own
create or replace function sync_public_profile()
returns trigger
language plpgsql
volatile
security definer -- people edit their own row in users, and nobody may write public_profiles
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
begin
    update public_profiles as t
    set
        username = p.username,
        full_name = p.full_name,
        avatar_url = p.avatar_url,
        avatar_emoji = p.avatar_emoji,
        bio = p.bio,
        updated_at = v_now
    from shown_profile(new) as p
    where t.user_id = new.id
        and (t.username, t.full_name, t.avatar_url, t.avatar_emoji, t.bio)
        is distinct from (p.username, p.full_name, p.avatar_url, p.avatar_emoji, p.bio);

    return null;
end;
$$;

comment on function sync_public_profile() is 'Trigger: keeps public_profiles as users and their privacy say.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function sync_public_profile() from public;
