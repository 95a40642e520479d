-- apply_review: a review of a flashcard: the card as FSRS-6 leaves it, and a line in the log.
--
-- Reviews of one card queue on its row. A review before the card is due moves the memory, as it does in life, and
-- counts for nothing else: a card asked for over and over would make achievements and keep streaks.
--
-- Null for p_occurred_at is now, or the last review of the card if that is later: whoever waited for another's review comes after.
-- With an idempotency key a repeated call returns the row of the first one. The procedures that people and jobs call differ in
-- who may review which card, when; the rest is here.
--
-- called by  review_card, record_review
-- requires   claim_idempotency_key, fsrs_scheduler, schedule_review, count_deed, record_activity, effective_streak, store_reply
-- errors     PA404 no such card, of this person if one is given · PA409 before the last review, key used for another request ·
--            PA422 rating not 1 to 4, duration of no use
create or replace function apply_review(
    p_card_id uuid,
    p_rating integer,
    p_user_id uuid,
    p_occurred_at timestamptz,
    p_duration_ms integer,
    p_actor text,
    p_procedure text,
    p_idempotency_key text,
    p_request jsonb
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
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_card review_cards;
    v_at timestamptz := p_occurred_at;
    v_next record;
    v_reply jsonb;
begin
    v_reply := claim_idempotency_key(
        p_actor => p_actor, p_procedure => p_procedure, p_key => p_idempotency_key, p_request => p_request
    );

    if v_reply is not null then
        return query
        select
            r.state, r.due_at, r.stability, r.difficulty, r.retrievability, r.was_due, r.current_streak, r.achievements,
            r.xp_awarded
        from jsonb_to_record(v_reply) as r (
            state text, due_at timestamptz, stability numeric, difficulty numeric, retrievability numeric, was_due boolean,
            current_streak integer, achievements jsonb, xp_awarded integer
        );
        return;
    end if;

    if (p_rating between 1 and 4) is not true or (p_duration_ms between 0 and 86400000) is false then
        raise exception 'this is no rating, or no time that a review takes'
            using errcode = 'PA422',
                detail = format(
                    'rating = %s, duration_ms = %s', coalesce(p_rating::text, 'null'), coalesce(p_duration_ms::text, 'null')
                ),
                hint = 'Rate 1 forgotten, 2 hard, 3 good, 4 easy; a review takes a day at most.';
    end if;

    select c.*
    into v_card
    from review_cards as c
    where
        c.id = p_card_id
        and (p_user_id is null or c.user_id = p_user_id)
        and exists (
            select
            from generated_assets as a
            inner join study_materials as m on m.id = a.study_material_id
            where a.id = c.generated_asset_id and a.status = 'ready' and m.deleted_at is null
        )
    for no key update of c;

    if not found then
        raise exception 'there is no such card'
            using errcode = 'PA404', detail = format('card_id = %s', coalesce(p_card_id::text, 'null')),
                hint = 'due_cards() lists those to review; a card goes with its material.';
    end if;

    v_at := coalesce(v_at, greatest(now(), v_card.last_review_at));

    if v_at < v_card.last_review_at then
        raise exception 'the card was reviewed after that'
            using errcode = 'PA409', detail = format('moment = %s, last review = %s', v_at, v_card.last_review_at),
                hint = 'Record the reviews of a card in their order.';
    end if;

    was_due := v_card.due_at <= v_at;

    select
        n.state, n.step, n.stability::numeric as stability, n.difficulty::numeric as difficulty,
        round(n.retrievability::numeric, 6) as retrievability, n.due_at
    into v_next
    from fsrs_scheduler() as f
    cross join lateral schedule_review(
        p_state => v_card.state,
        p_step => v_card.step,
        p_stability => v_card.stability::double precision,
        p_difficulty => v_card.difficulty::double precision,
        p_last_review_at => v_card.last_review_at,
        p_rating => p_rating,
        p_reviewed_at => v_at,
        p_parameters => f.parameters,
        p_desired_retention => f.desired_retention,
        p_learning_steps => f.learning_steps,
        p_relearning_steps => f.relearning_steps,
        p_maximum_days => f.maximum_days
    ) as n;

    update review_cards as c
    set
        state = v_next.state,
        step = v_next.step,
        stability = v_next.stability,
        difficulty = v_next.difficulty,
        due_at = v_next.due_at,
        last_review_at = v_at,
        review_count = c.review_count + 1,
        lapse_count = c.lapse_count + (v_card.state = 'review' and p_rating = 1)::integer
    where c.id = v_card.id;

    insert into review_logs (
        review_card_id, user_id, rating, reviewed_at, duration_ms, was_due, state_before, state, stability, difficulty,
        retrievability, due_at
    )
    values (
        v_card.id, v_card.user_id, p_rating, v_at, p_duration_ms, was_due, v_card.state, v_next.state,
        v_next.stability, v_next.difficulty, v_next.retrievability, v_next.due_at
    );

    state := v_next.state;
    due_at := v_next.due_at;
    stability := v_next.stability;
    difficulty := v_next.difficulty;
    retrievability := v_next.retrievability;

    achievements := '[]';
    xp_awarded := 0;

    if was_due then
        select d.achievements, d.xp_awarded
        into achievements, xp_awarded
        from count_deed(
            p_user_id => v_card.user_id, p_metric => 'reviews_completed', p_occurred_at => v_at
        ) as d;

        perform record_activity(p_user_id => v_card.user_id, p_activity_type => 'review', p_occurred_at => v_at);
    end if;

    current_streak := coalesce(effective_streak(p_user_id => v_card.user_id), 0);

    perform store_reply(
        p_actor => p_actor,
        p_procedure => p_procedure,
        p_key => p_idempotency_key,
        p_reply => jsonb_build_object(
            'state', state, 'due_at', due_at, 'stability', stability, 'difficulty', difficulty,
            'retrievability', retrievability, 'was_due', was_due, 'current_streak', current_streak,
            'achievements', achievements, 'xp_awarded', xp_awarded
        )
    );

    return next;
end;
$$;

comment on function apply_review is 'Internal: reviews a flashcard; returns when it comes again and what the review brought.';
-- Granted to nobody: part of procedures.
revoke all on function apply_review from public;
