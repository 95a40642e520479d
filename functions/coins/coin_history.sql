-- coin_history: the caller's movements of coins, newest first, both sides of every transfer, page by page.
--
-- For the next page, p_after is the transaction_id of the last row seen. No page costs more than the first, however many
-- movements there are: each side is one walk along its index, and neither goes further than a page. (v_my_coins shows the
-- same to be filtered and added up, and reads them all.) change is what it did to the balance: null while a deposit is
-- pending or after it failed. other_id is the person at the other end of a transfer.
--
-- called by  people
-- requires   require_user, require_limit
-- errors     PA401, PA403 · PA404 no such movement of the caller's in p_after · PA422 p_limit not 1 to 100
create or replace function coin_history(
    p_limit integer default 20,
    p_after uuid default null
)
returns table (
    transaction_id uuid,
    created_at timestamptz,
    transaction_type text,
    amount bigint,
    change bigint,
    description text,
    other_id uuid,
    other_username text,
    other_full_name text,
    related_object_type text,
    related_object_id uuid,
    reverses_id uuid,
    status text
)
language plpgsql
stable
security definer -- a policy that asks for either side would read both to the end; the caller's rows only
set search_path from current
set plan_cache_mode = force_custom_plan -- a page that is not given must not be planned as if it were
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_after_at timestamptz;
begin
    perform require_limit(p_limit => p_limit, p_max => 100);

    if p_after is not null then
        select t.created_at
        into v_after_at
        from coin_transactions as t
        where t.id = p_after and (t.user_id = v_user_id or t.recipient_id = v_user_id);

        if not found then
            raise exception 'there is no such movement to go on after'
                using errcode = 'PA404', detail = format('after = %s', p_after),
                    hint = 'Give the transaction_id of the last row of the page before.';
        end if;
    end if;

    return query
    with page as (
        (
            select s.*, s.recipient_id as other_id
            from coin_transactions as s
            where s.user_id = v_user_id and (p_after is null or (s.created_at, s.id) < (v_after_at, p_after))
            order by s.created_at desc, s.id desc
            limit p_limit
        )
        union all
        (
            select r.*, r.user_id as other_id
            from coin_transactions as r
            where r.recipient_id = v_user_id and (p_after is null or (r.created_at, r.id) < (v_after_at, p_after))
            order by r.created_at desc, r.id desc
            limit p_limit
        )
    )

    select
        t.id, t.created_at, t.transaction_type, t.amount, p.amount, t.description, t.other_id, o.username, o.full_name,
        t.related_object_type, t.related_object_id, t.reverses_id, t.status
    from page as t
    left join coin_postings as p on p.transaction_id = t.id and p.account_id = v_user_id
    left join public_profiles as o on o.user_id = t.other_id
    order by t.created_at desc, t.id desc
    limit p_limit;
end;
$$;

comment on function coin_history is 'Lists the caller''s movements of coins, newest first, with both sides of every transfer.';
revoke all on function coin_history from public;
grant execute on function coin_history to pgacademy_student, pgacademy_instructor, pgacademy_admin;
