-- check_row_shape: the trigger that holds a jsonb column to its shape. Arguments: the column, and the name of the shape.
--
-- The path in the error begins with the column: $.materials[0].url. Null is not looked at: that is the column's own rule.
--
-- called by  before-insert and before-update row triggers of the columns that have a shape
-- requires   check_shape, the function <shape>_shape
-- errors     PA422 with the path in the detail
create or replace function check_row_shape()
returns trigger
language plpgsql
volatile
security definer -- the shapes are granted to nobody, and people write some of these columns themselves
set search_path from current
as $$
#variable_conflict use_column
declare
    v_document jsonb;
    v_shape jsonb;
begin
    execute format('select ($1).%I, %I()', tg_argv[0], tg_argv[1] || '_shape') into v_document, v_shape using new;

    if v_document is not null then
        perform check_shape(p_document => v_document, p_shape => v_shape, p_path => '$.' || tg_argv[0]);
    end if;

    return new;
end;
$$;

comment on function check_row_shape is 'Trigger: holds a jsonb column to its shape.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function check_row_shape from public;
