-- check_shape: refuses a JSON document that has not the given shape. See shape_problem for what a shape is.
--
-- The shapes themselves are functions named …_shape in the domain of their column, and are published for applications as JSON
-- Schema, lib/pgacademy/schemas/, which `python -m pgacademy.generate` writes from them.
--
-- called by  check_row_shape, checked_criteria, rubric_grading
-- requires   shape_problem, refuse_shape
-- errors     PA422 with the path in the detail
create or replace function check_shape(
    p_document jsonb,
    p_shape jsonb,
    p_path text default '$'
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_wrong record := shape_problem(p_document => p_document, p_shape => p_shape, p_path => p_path);
begin
    if v_wrong.problem is not null then
        perform refuse_shape(p_path => v_wrong.path, p_problem => v_wrong.problem);
    end if;
end;
$$;

comment on function check_shape is 'Internal: refuses a JSON document that has not the given shape.';
-- Granted to nobody: part of procedures and triggers.
revoke all on function check_shape from public;
