-- schedule_review: what a flashcard is after a review, and when to ask again. It writes nothing.
--
-- The state machine of the package fsrs 6 for Python with fuzzing off, so that one review has one outcome: a new card goes
-- through the learning steps and then into review; a forgotten one through the relearning steps. Hard stays on its
-- step (on the first it waits half-way to the second, or half as long again if there is no second), good goes one on,
-- easy leaves the steps. In review, and out of the steps, the interval is fsrs_interval. Days are 24 hours, whatever
-- the clock does in some time zone.
--
-- called by  apply_review
-- requires   fsrs_memory, fsrs_interval, fsrs_retrievability
-- errors     none
create or replace function schedule_review(
    p_state text,
    p_step integer,
    p_stability double precision,
    p_difficulty double precision,
    p_last_review_at timestamptz,
    p_rating integer,
    p_reviewed_at timestamptz,
    p_parameters double precision[],
    p_desired_retention double precision,
    p_learning_steps interval[],
    p_relearning_steps interval[],
    p_maximum_days integer,
    out state text,
    out step integer,
    out stability double precision,
    out difficulty double precision,
    out retrievability double precision,
    out due_at timestamptz
)
language plpgsql
immutable
parallel safe
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_elapsed_days constant integer := floor(extract(epoch from p_reviewed_at - p_last_review_at) / 86400);
    v_steps interval[] := case p_state when 'learning' then p_learning_steps else p_relearning_steps end;
    v_count integer;
    v_wait interval;
begin
    select m.stability, m.difficulty
    into stability, difficulty
    from fsrs_memory(
        p_stability => p_stability, p_difficulty => p_difficulty, p_elapsed_days => v_elapsed_days,
        p_rating => p_rating, p_parameters => p_parameters
    ) as m;

    if p_stability is not null then
        retrievability := fsrs_retrievability(
            p_elapsed_days => v_elapsed_days, p_stability => p_stability, p_parameters => p_parameters
        );
    end if;

    v_count := cardinality(v_steps);
    state := p_state;
    step := p_step;

    if p_state = 'review' then
        if p_rating = 1 and v_count > 0 then
            state := 'relearning';
            step := 0;
            v_wait := v_steps[1];
        end if;
    -- A card may stand on a step that the settings no longer have: whatever is not forgotten leaves the steps.
    elsif v_count = 0 or (p_step >= v_count and p_rating > 1) or p_rating = 4 or (p_rating = 3 and p_step + 1 = v_count) then
        state := 'review';
        step := null;
    elsif p_rating = 1 then
        step := 0;
        v_wait := v_steps[1];
    elsif p_rating = 3 then
        step := p_step + 1;
        v_wait := v_steps[step + 1];
    elsif p_step > 0 then
        v_wait := v_steps[p_step + 1];
    elsif v_count = 1 then
        v_wait := v_steps[1] * 1.5;
    else
        v_wait := (v_steps[1] + v_steps[2]) / 2;
    end if;

    if v_wait is null then
        v_wait := make_interval(
            hours => 24 * fsrs_interval(
                p_stability => stability, p_parameters => p_parameters, p_desired_retention => p_desired_retention,
                p_maximum_days => p_maximum_days
            )
        );
    end if;

    due_at := p_reviewed_at + v_wait;
end;
$$;

comment on function schedule_review is 'Internal: a flashcard after a review, after FSRS-6; writes nothing.';
-- Granted to nobody: part of procedures.
revoke all on function schedule_review from public;
