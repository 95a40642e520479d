-- shown_profile: what other people may see of a person. The one place that decides it.
--
-- preferences.privacy.profileVisibility says `public` (so does its absence) or anything else, for example `private`:
-- then only username and emoji are shown. Whatever is not understood is private. Of a deactivated or deleted person
-- nothing is shown.
--
-- called by  create_user_rows, sync_public_profile
-- errors     none
create or replace function shown_profile(p_user users)
returns table (username text, full_name text, avatar_url text, avatar_emoji text, bio text)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_is_public boolean := coalesce(p_user.preferences #>> '{privacy,profileVisibility}', 'public') = 'public';
begin
    if not p_user.is_active or p_user.deleted_at is not null then
        return query select null::text, null::text, null::text, null::text, null::text;
    elsif v_is_public then
        return query select p_user.username, p_user.full_name, p_user.avatar_url, p_user.avatar_emoji, p_user.bio;
    else
        return query select p_user.username, null::text, null::text, p_user.avatar_emoji, null::text;
    end if;
end;
$$;

comment on function shown_profile(users) is 'Internal: what other people may see of this person.';
-- Granted to nobody: a helper of triggers.
revoke all on function shown_profile(users) from public;
