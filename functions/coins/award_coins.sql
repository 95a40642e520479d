-- award_coins: the back end gives a person coins, once per source.
--
-- The same person, source and occurrence again changes nothing and says awarded = 0, so callers may retry. A lesson or
-- course is the same source here as where its completion pays. It grants no achievements: check_achievements does, or the
-- person's next event.
--
-- called by  back-end jobs
-- requires   require_service, lock_rewarded_enrollment, grant_coins
-- errors     PA403 not the service · PA404 no such person · PA422 amount not between 1 and 1000000, no source, text too long
create or replace function award_coins(
    p_user_id uuid,
    p_amount bigint,
    p_source_type text,
    p_source_id uuid,
    p_description text default null,
    p_occurrence text default ''
)
returns table (balance bigint, awarded bigint)
language plpgsql
volatile
security definer -- writes the ledger of coins, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    if p_amount is null or p_amount not between 1 and 1000000 then
        raise exception 'coins must be between 1 and 1000000'
            using errcode = 'PA422',
                detail = format('amount = %s', coalesce(p_amount::text, 'null')),
                hint = 'Split a larger reward; take coins back with reverse_coins.';
    end if;

    if p_source_type is null or p_source_type !~ '^[a-z][a-z0-9_]{0,49}$' then
        raise exception 'coins need the kind of thing they are given for'
            using errcode = 'PA422',
                detail = format('source_type = %s', coalesce(left(p_source_type, 60), 'null')),
                hint = 'Pass a lower-case name such as lesson or contest.';
    end if;

    if length(p_occurrence) > 100 or length(p_description) > 500 then
        raise exception 'an occurrence has at most 100 characters, a description 500'
            using errcode = 'PA422',
                detail = format('occurrence = %s, description = %s characters', length(p_occurrence), length(p_description)),
                hint = 'Shorten it.';
    end if;

    if not exists (select from users as u where u.id = p_user_id and u.deleted_at is null) then
        raise exception 'no such person'
            using errcode = 'PA404',
                detail = format('user = %s', coalesce(p_user_id::text, 'null')),
                hint = 'Pass the id of a living person.';
    end if;

    perform lock_rewarded_enrollment(p_user_id => p_user_id, p_source_type => p_source_type, p_source_id => p_source_id);

    awarded := grant_coins(
        p_user_id => p_user_id,
        p_amount => p_amount,
        p_source_type => p_source_type,
        p_source_id => p_source_id,
        p_description => p_description,
        p_occurrence => coalesce(p_occurrence, '')
    );

    select a.balance into balance from coin_accounts as a where a.id = p_user_id;
    balance := coalesce(balance, 0);

    return next;
end;
$$;

comment on function award_coins is 'Gives a person coins once per source and occurrence; returns the balance and what was awarded.';
revoke all on function award_coins from public;
grant execute on function award_coins to pgacademy_service;
