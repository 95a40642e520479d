-- fsrs_retrievability: how likely a flashcard is remembered after so many days, 0 to 1.
--
-- FSRS-6, R(t, S) = (1 + F t / S)^(-w20) with F = 0.9^(-1 / w20) - 1, so that R(S, S) = 0.9. From "The Algorithm",
-- https://github.com/open-spaced-repetition/fsrs4anki/wiki/The-Algorithm. p_parameters[n + 1] is w_n.
--
-- called by  fsrs_memory, schedule_review, due_cards
-- errors     none
create or replace function fsrs_retrievability(
    p_elapsed_days double precision,
    p_stability double precision,
    p_parameters double precision[]
)
returns double precision
language plpgsql
immutable
parallel safe
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_decay constant double precision := -p_parameters[21];
    v_factor constant double precision := power(0.9::double precision, 1 / v_decay) - 1;
begin
    return power(1 + v_factor * greatest(p_elapsed_days, 0) / p_stability, v_decay);
end;
$$;

comment on function fsrs_retrievability is 'Internal: the probability of remembering a flashcard, after FSRS-6.';
-- Granted to nobody: part of procedures.
revoke all on function fsrs_retrievability from public;
