-- grade_interaction: whether an answer to a generated quiz is right, and what to say at once; nulls if that cannot be told.
--
-- Right are all the correct options and no other. The answer names question and options from 0 (interaction_data_shape).
--
-- called by  record_interaction
-- errors     none
create or replace function grade_interaction(
    p_content jsonb,
    p_data jsonb,
    out is_correct boolean,
    out feedback jsonb
)
language plpgsql
immutable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_question jsonb := p_content #> array['questions', p_data ->> 'question'];
    v_right jsonb;
begin
    if v_question is null or not p_data ? 'options' then
        return;
    end if;

    select coalesce(jsonb_agg(o.n - 1 order by o.n), '[]')
    into v_right
    from jsonb_array_elements(v_question -> 'options') with ordinality as o (option, n)
    where (o.option ->> 'is_correct')::boolean;

    is_correct := (p_data -> 'options') @> v_right and (p_data -> 'options') <@ v_right;
    feedback := jsonb_strip_nulls(
        jsonb_build_object('correct_options', v_right, 'explanation', v_question -> 'explanation')
    );
end;
$$;

comment on function grade_interaction is 'Internal: whether an answer to a generated quiz is right, and why.';
-- Granted to nobody: part of procedures.
revoke all on function grade_interaction from public;
