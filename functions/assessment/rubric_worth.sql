-- rubric_worth: the points of all criteria of a rubric together; null without one, or where it has not its shape.
--
-- called by  create_exercise, update_exercise
-- errors     none
create or replace function rubric_worth(
    p_rubric jsonb
)
returns numeric
language sql
immutable
parallel safe
security invoker
begin atomic
    select sum(case when jsonb_typeof(c.value) = 'number' then c.value::numeric end)
    from jsonb_path_query(p_rubric, 'lax $.criteria[*].max_points') as c (value)
    where jsonb_typeof(c.value) = 'number' and abs(c.value::numeric) <= 10000;
end;

comment on function rubric_worth is 'Internal: what the criteria of a rubric are worth together.';
-- Granted to nobody: part of procedures.
revoke all on function rubric_worth from public;
