-- fsrs_interval: after how many whole days a flashcard is remembered with the probability wanted.
--
-- FSRS-6, I(r, S) = S / F (r^(-1 / w20) - 1), rounded half to even as the reference does, from 1 day to the most allowed.
-- See fsrs_retrievability for the source.
--
-- called by  schedule_review
-- errors     none
create or replace function fsrs_interval(
    p_stability double precision,
    p_parameters double precision[],
    p_desired_retention double precision,
    p_maximum_days integer
)
returns integer
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
    return least(
        greatest(round(p_stability / v_factor * (power(p_desired_retention, 1 / v_decay) - 1)), 1), p_maximum_days
    )::integer;
end;
$$;

comment on function fsrs_interval is 'Internal: the days until a flashcard is asked again, after FSRS-6.';
-- Granted to nobody: part of procedures.
revoke all on function fsrs_interval from public;
