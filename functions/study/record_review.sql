-- record_review: a review that a person made elsewhere, or without a connection, with its moment. See review_card.
--
-- The reviews of one card come in their order.
--
-- called by  the service: imports, devices that were offline
-- requires   require_service, require_moment, claim_idempotency_key, apply_review, store_reply
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
declare
    v_reply jsonb;
begin
    perform require_service();

    v_reply := claim_idempotency_key(
        p_actor => 'service',
        p_procedure => 'record_review',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'card_id', p_card_id, 'rating', p_rating, 'occurred_at', p_occurred_at, 'duration_ms', p_duration_ms
        )
    );

    if v_reply is null then
        select to_jsonb(r)
        into v_reply
        from apply_review(
            p_card_id => p_card_id, p_rating => p_rating, p_duration_ms => p_duration_ms,
            p_occurred_at => case when p_occurred_at is not null then require_moment(p_at => p_occurred_at) end
        ) as r;

        perform store_reply(
            p_actor => 'service', p_procedure => 'record_review', p_key => p_idempotency_key, p_reply => v_reply
        );
    end if;

    return query
    select
        r.state, r.due_at, r.stability, r.difficulty, r.retrievability, r.was_due, r.current_streak, r.achievements,
        r.xp_awarded
    from jsonb_to_record(v_reply) as r (
        state text, due_at timestamptz, stability numeric, difficulty numeric, retrievability numeric, was_due boolean,
        current_streak integer, achievements jsonb, xp_awarded integer
    );
end;
$$;

comment on function record_review is 'Records a review that a person made at some moment; returns when the card comes again.';
revoke all on function record_review from public;
grant execute on function record_review to pgacademy_service;
