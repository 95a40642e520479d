-- create_user_rows: gives a new person the rows that every person has, so that nothing ever has to ask whether they are
-- there: settings, statistics, public profile, coin account.
--
-- called by  trigger create_user_rows on users, however the person came in
-- requires   shown_profile, ensure_coin_account
-- errors     none of its own
create or replace function create_user_rows()
returns trigger
language plpgsql
volatile
security definer -- the rows belong to tables nobody may write
set search_path from current
as $$
#variable_conflict use_column
begin
    insert into user_settings (user_id)
    values (new.id);

    insert into user_stats (user_id, is_ranked)
    values (new.id, new.is_active and new.deleted_at is null and new.show_on_leaderboard);

    insert into public_profiles (user_id, username, full_name, avatar_url, avatar_emoji, bio)
    select new.id, p.username, p.full_name, p.avatar_url, p.avatar_emoji, p.bio
    from shown_profile(new) as p;

    perform ensure_coin_account(p_user_id => new.id);

    return null;
end;
$$;

comment on function create_user_rows() is 'Trigger: makes the settings, statistics, public profile and coin account of a new person.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function create_user_rows() from public;
