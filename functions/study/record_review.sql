-- record_review: a review that a person made elsewhere, or without a connection, with its moment. See review_card.
--
-- The reviews of one card come in their order.
--
-- called by  the service: imports, devices that were offline
-- requires   require_service, require_moment, apply_review
-- errors     PA403 not the service · PA404 no such card · PA409 the card was reviewed after that; key used for another
--            request · PA422 rating not 1 to 4, duration of no use, a moment in the future
create or replace function record_review(
    p_card_id uuid,
    p_rating integer,
    p_occurred_at timestamptz default null,
    p_idempotency_key text default null,
    p_duration_ms integer default null
)
returns table (
    state text,
    due_at timestamptz,
    stability numeric,
    difficulty numeric,
    retrievability numeric,
    was_due boolean,
    current_streak integer,
    achievements jsonb,
    xp_awarded integer
)
language plpgsql
volatile
security definer -- writes cards and logs, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    return query
    select r.*
    from apply_review(
        p_card_id => p_card_id,
        p_rating => p_rating,
        p_user_id => null,
        p_occurred_at => case when p_occurred_at is not null then require_moment(p_at => p_occurred_at) end,
        p_duration_ms => p_duration_ms,
        p_actor => 'service',
        p_procedure => 'record_review',
        p_idempotency_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'card_id', p_card_id, 'rating', p_rating, 'occurred_at', p_occurred_at, 'duration_ms', p_duration_ms
        )
    ) as r;
end;
$$;

comment on function record_review is 'Records a review that a person made at some moment; returns when the card comes again.';
revoke all on function record_review from public;
grant execute on function record_review to pgacademy_service;
