-- hide_order: new names for the options of a question that asks for their order, and a new order to keep them in.
--
-- Authors write options as they belong and name them a, b, c. Whoever sees those names, or the order in which they are
-- stored, has the answer. So both are drawn by chance, and the key follows.
--
-- called by  add_question, update_question; options and key are what normalise_question returned
-- errors     none
create or replace function hide_order(
    inout options jsonb,
    inout answer_key jsonb
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_named jsonb;
begin
    select jsonb_object_agg(o.value ->> 'id', left(replace(gen_random_uuid()::text, '-', ''), 12))
    into v_named
    from jsonb_array_elements(options) as o (value);

    options := (
        select jsonb_agg(
            jsonb_build_object('id', v_named -> (o.value ->> 'id'), 'text', o.value -> 'text')
            order by v_named ->> (o.value ->> 'id')
        )
        from jsonb_array_elements(options) as o (value)
    );

    answer_key := jsonb_set(answer_key, '{correct}', (
        select jsonb_agg(v_named -> c.id order by c.nth)
        from jsonb_array_elements_text(answer_key -> 'correct') with ordinality as c (id, nth)
    ));
end;
$$;

comment on function hide_order is 'Internal: names and stores the options of an ordering question by chance.';
-- Granted to nobody: part of procedures.
revoke all on function hide_order from public;
