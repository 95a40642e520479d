-- refuse_shape: the error for a JSON document that has not the shape it must have. The detail begins with the path.
--
-- called by  normalise_question, check_answers, check_shape, and whoever else checks a document
-- errors     PA422 always
create or replace function refuse_shape(
    p_path text,
    p_problem text
)
returns void
language plpgsql
volatile -- or the planner would evaluate it ahead, and raise where nothing is wrong
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    raise exception 'this document has not the shape it must have'
        using errcode = 'PA422', detail = format('%s %s', left(p_path, 200), p_problem),
            hint = 'The comment of the column, and the head of the procedure, show the shape.';
end;
$$;

comment on function refuse_shape is 'Internal: raises the error for a JSON document of the wrong shape.';
-- Granted to nobody: part of procedures.
revoke all on function refuse_shape from public;
