-- v_my_coins: the caller's movements of coins, both sides of every transfer. Order it by created_at desc, id desc.
--
-- change is what it did to the caller's balance: null while a deposit is pending or after it failed. other_id is the
-- person at the other end of a transfer. Two branches, each behind an index that has the order of the page.
create or replace view v_my_coins
with (security_invoker)
as
select
    t.id,
    t.created_at,
    t.transaction_type,
    t.amount,
    p.amount as change,
    t.description,
    t.other_id,
    o.username as other_username,
    o.full_name as other_full_name,
    t.related_object_type,
    t.related_object_id,
    t.reverses_id,
    t.status,
    t.blockchain_tx_hash,
    t.is_blockchain_confirmed,
    t.failure_reason,
    t.settled_at
from (
    select s.*, s.recipient_id as other_id
    from coin_transactions as s
    where s.user_id = (select current_user_id())
    union all
    select r.*, r.user_id as other_id
    from coin_transactions as r
    where r.recipient_id = (select current_user_id())
) as t
left join coin_postings as p on p.transaction_id = t.id and p.account_id = (select current_user_id())
left join public_profiles as o on o.user_id = t.other_id;

comment on view v_my_coins is 'The caller''s movements of coins, what each did to the balance, and with whom.';
revoke all on v_my_coins from public;
grant select on v_my_coins to pgacademy_student, pgacademy_instructor, pgacademy_admin;
