-- check_postings: the postings of a transaction sum to zero, and move its amount.
--
-- Deferred to the commit, when all of them are there; then it runs in whatever role commits.
--
-- called by  constraint trigger check_postings on coin_postings
-- errors     PA409 they do not
create or replace function check_postings()
returns trigger
language plpgsql
volatile
security definer -- runs at commit as whoever commits, and reads both sides
set search_path from current
as $$
#variable_conflict use_column
declare
    v_sum numeric;
    v_moved numeric;
    v_amount bigint;
begin
    -- One look, for it is taken at both ends of every transaction.
    select
        sum(p.amount),
        sum(p.amount) filter (where p.amount > 0),
        (select t.amount from coin_transactions as t where t.id = new.transaction_id)
    into v_sum, v_moved, v_amount
    from coin_postings as p
    where p.transaction_id = new.transaction_id;

    if v_sum <> 0 or v_moved is distinct from v_amount then
        raise exception 'the postings of a transaction sum to zero and move its amount'
            using errcode = 'PA409',
                detail = format('transaction = %s, sum = %s, moved = %s', new.transaction_id, v_sum, v_moved),
                hint = 'Move coins through the procedures.';
    end if;

    return null;
end;
$$;

comment on function check_postings is 'Trigger: refuses a transaction whose postings do not sum to zero.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function check_postings from public;
