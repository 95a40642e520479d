-- review_card: the caller says how well they remembered a flashcard: 1 forgotten, 2 hard, 3 good, 4 easy.
--
-- Returns when it comes again and what the review brought. A review of a card that was due counts as one completed and keeps
-- the streak; one ahead of time only moves the memory.
--
-- called by  learners
-- requires   require_user, apply_review
-- errors     PA401, PA403 from require_user · PA404 no such card of the caller's · PA409 key used for another request ·
--            PA422 rating not 1 to 4, duration of no use
create or replace function review_card(
    p_card_id uuid,
    p_rating integer,
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
    v_user_id uuid := require_user(p_role => 'student');
begin
    return query
    select r.*
    from apply_review(
        p_card_id => p_card_id,
        p_rating => p_rating,
        p_user_id => v_user_id,
        p_occurred_at => null,
        p_duration_ms => p_duration_ms,
        p_actor => v_user_id::text,
        p_procedure => 'review_card',
        p_idempotency_key => p_idempotency_key,
        p_request => jsonb_build_object('card_id', p_card_id, 'rating', p_rating, 'duration_ms', p_duration_ms)
    ) as r;
end;
$$;

comment on function review_card is 'Reviews a flashcard of the caller; returns when it comes again and what the review brought.';
revoke all on function review_card from public;
grant execute on function review_card to pgacademy_student;
