-- post_coins: the one writer of balances. Moves the coins of a transaction from one account to another.
--
-- Accounts are written in the order of their ids, whoever pays: of two people who send to each other at once, one waits
-- for the other. Nobody pays what they have not: the UPDATE asks for it again after waiting. The postings come after
-- the balances, so that their foreign keys lock nothing that is not ours already. Accounts of the school have no balance
-- to write, so no two rewards ever meet.
--
-- p_sent_on counts the amount as sent on that day, or on the last one counted if that is later: a transaction that was begun
-- before midnight must not begin the day anew for those after it. Returns what the payer has left and has sent that day;
-- null for the school.
--
-- called by  grant_coins, reward_lessons, transfer_coins, buy_streak_freeze, record_blockchain_coins,
--            confirm_blockchain_coins, reverse_posted_coins; the transaction is written before
-- requires   ensure_coin_account, school_coin_account
-- errors     PA409 not enough coins
create or replace function post_coins(
    p_transaction_id uuid,
    p_from uuid,
    p_to uuid,
    p_amount bigint,
    p_sent_on date default null,
    out balance bigint,
    out sent_amount bigint
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_from_person boolean := p_from not in (school_coin_account('issuance'), school_coin_account('sink'));
    v_to_person boolean := p_to not in (school_coin_account('issuance'), school_coin_account('sink'));
begin
    for v_step in 1..2 loop
        if (v_step = 1) = (p_from < p_to) then
            continue when not v_from_person;

            update coin_accounts as a
            set
                balance = a.balance - p_amount,
                sent_on = greatest(p_sent_on, a.sent_on),
                sent_amount = case
                    when p_sent_on is null then a.sent_amount
                    when p_sent_on <= a.sent_on then a.sent_amount + p_amount
                    else p_amount
                end
            where a.id = p_from and a.balance >= p_amount
            returning a.balance, a.sent_amount into balance, sent_amount;

            if not found then
                raise exception 'there are not enough coins'
                    using errcode = 'PA409',
                        detail = format(
                            'account = %s, needed = %s, balance = %s', p_from, p_amount,
                            coalesce((select a.balance from coin_accounts as a where a.id = p_from), 0)
                        ),
                        hint = 'Spend at most what is there.';
            end if;
        elsif v_to_person then
            loop
                update coin_accounts as a
                set balance = a.balance + p_amount
                where a.id = p_to;

                exit when found;

                perform ensure_coin_account(p_user_id => p_to);
            end loop;
        end if;
    end loop;

    insert into coin_postings (transaction_id, account_id, user_id, amount)
    values
    (p_transaction_id, p_from, case when v_from_person then p_from end, -p_amount),
    (p_transaction_id, p_to, case when v_to_person then p_to end, p_amount);
end;
$$;

comment on function post_coins is 'Internal: moves the coins of a transaction between two accounts; what the payer has left.';
-- Granted to nobody: it believes its caller.
revoke all on function post_coins from public;
