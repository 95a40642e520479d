-- Loses nothing: the check is made anew as 0018 has made it, not held against the rows that are there.
alter table users drop constraint users_erased_check;
alter table users add constraint users_erased_check check (
    erased_at is null
    or (
        deleted_at is not null
        and not is_active
        and num_nonnulls(
            email, username, full_name, first_name, last_name, avatar_url, avatar_emoji, bio, phone_number
        ) = 0
        and preferences = '{}'
        and metadata = '{}'
    )
) not valid;
