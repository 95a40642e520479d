-- check_clear: which columns an update is to empty: p_clear, or an error.
--
-- p_given has every column that can be emptied, and whether the same call gives it a value: {"description": false}.
--
-- called by  update_course, update_lesson, update_quiz, update_exercise, update_project, update_file,
--            update_material
-- errors     PA422 a name that is not among them, or has a value as well
create or replace function check_clear(
    p_clear text[],
    p_given jsonb
)
returns text[]
language plpgsql
immutable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_wrong text;
begin
    select n.name
    into v_wrong
    from unnest(p_clear) as n (name)
    where p_given -> n.name is distinct from 'false'
    limit 1;

    if found then
        raise exception 'this cannot be cleared'
            using errcode = 'PA422', detail = format('p_clear names %s', coalesce(quote_literal(left(v_wrong, 100)), 'null')),
                hint = format(
                    'What can be is %s, where the same call gives it no value.',
                    (select string_agg(k.name, ', ') from jsonb_object_keys(p_given) as k (name))
                );
    end if;

    return coalesce(p_clear, '{}');
end;
$$;

comment on function check_clear is 'Internal: the columns that an update is to empty; refuses others.';
-- Granted to nobody: part of procedures.
revoke all on function check_clear from public;
