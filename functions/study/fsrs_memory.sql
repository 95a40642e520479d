-- fsrs_memory: what a review leaves in the memory: the stability and the difficulty of a flashcard after it.
--
-- FSRS-6, with ratings G of 1 forgotten, 2 hard, 3 good, 4 easy; D difficulty, S stability, R retrievability:
--
--   first review    S = w[G-1]                                     D = w4 - e^(w5 (G - 1)) + 1
--   any other       D' = w7 D0(4) + (1 - w7) (D - w6 (G - 3) (10 - D) / 9)
--   the same day    S' = S e^(w17 (G - 3 + w18)) S^(-w19), not less than S unless forgotten
--   remembered      S' = S (1 + e^w8 (11 - D) S^(-w9) (e^(w10 (1 - R)) - 1) [w15 if hard] [w16 if easy])
--   forgotten       S' = min(w11 D^(-w12) ((S + 1)^w13 - 1) e^(w14 (1 - R)), S / e^(w17 w18))
--
-- D is kept within 1 to 10 and S not below 0.001. The formulas and defaults are those of "The Algorithm"
-- (https://github.com/open-spaced-repetition/fsrs4anki/wiki/The-Algorithm) as the package fsrs 6 for Python computes them;
-- tests hold the one against the other. p_parameters[n + 1] is w_n.
--
-- called by  schedule_review
-- requires   fsrs_retrievability
-- errors     none
create or replace function fsrs_memory(
    p_stability double precision,
    p_difficulty double precision,
    p_elapsed_days integer,
    p_rating integer,
    p_parameters double precision[],
    out stability double precision,
    out difficulty double precision
)
language plpgsql
immutable
parallel safe
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    w constant double precision[] := p_parameters;
    v_retrievability double precision;
    v_growth double precision;
begin
    if p_stability is null then
        stability := greatest(w[p_rating], 0.001);
        difficulty := least(greatest(w[5] - exp(w[6] * (p_rating - 1)) + 1, 1), 10);
        return;
    end if;

    if p_elapsed_days < 1 then
        v_growth := exp(w[18] * (p_rating - 3 + w[19])) * power(p_stability, -w[20]);
        stability := p_stability * case when p_rating = 1 then v_growth else greatest(v_growth, 1) end;
    else
        v_retrievability := fsrs_retrievability(
            p_elapsed_days => p_elapsed_days, p_stability => p_stability, p_parameters => w
        );

        if p_rating = 1 then
            stability := least(
                w[12] * power(p_difficulty, -w[13]) * (power(p_stability + 1, w[14]) - 1)
                * exp((1 - v_retrievability) * w[15]),
                p_stability / exp(w[18] * w[19])
            );
        else
            stability := p_stability * (
                1 + exp(w[9]) * (11 - p_difficulty) * power(p_stability, -w[10])
                * (exp((1 - v_retrievability) * w[11]) - 1)
                * case p_rating when 2 then w[16] when 4 then w[17] else 1 end
            );
        end if;
    end if;

    stability := greatest(stability, 0.001);
    -- D0(4) here is not kept within 1 to 10, as in the reference.
    difficulty := w[8] * (w[5] - exp(w[6] * 3) + 1)
        + (1 - w[8]) * (p_difficulty - w[7] * (p_rating - 3) * (10 - p_difficulty) / 9);
    difficulty := least(greatest(difficulty, 1), 10);
end;
$$;

comment on function fsrs_memory is 'Internal: stability and difficulty of a flashcard after a review, after FSRS-6.';
-- Granted to nobody: part of procedures.
revoke all on function fsrs_memory from public;
