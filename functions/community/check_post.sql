-- check_post: refuses a text that nobody could read; returns the tags in their one spelling.
--
-- Texts are kept as they were written, HTML included: they are data, and whoever shows them escapes them. Tags are lower
-- case, each once, in order. Null stands for what is not given.
--
-- called by  start_discussion, edit_discussion, post_reply, edit_reply
-- errors     PA422 empty or too long, a category or tag that is no plain word, too many tags
create or replace function check_post(
    p_content text,
    p_title text default null,
    p_category text default null,
    p_tags text[] default null
)
returns text[]
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_tags text[];
begin
    if btrim(p_title, E' \t\r\n') = '' or length(p_title) > 200 or p_title ~ '[\n\r]' then
        raise exception 'a title has 1 to 200 characters, on one line'
            using errcode = 'PA422', detail = format('title = %s characters', length(p_title)), hint = 'Say it in one line.';
    end if;

    if btrim(p_content, E' \t\r\n') = '' or length(p_content) > 20000 then
        raise exception 'a text has 1 to 20000 characters'
            using errcode = 'PA422', detail = format('content = %s characters', length(p_content)),
                hint = 'Write something, and not more than that.';
    end if;

    if p_category !~ '^[a-z][a-z0-9_-]{0,49}$' then
        raise exception 'this is no category'
            using errcode = 'PA422', detail = format('category = %s', left(p_category, 60)),
                hint = 'Use a lower-case name such as general or question.';
    end if;

    select array_agg(distinct lower(btrim(t.tag))) into v_tags from unnest(p_tags) as t (tag);

    if p_tags is null then
        return null;
    end if;

    if
        cardinality(v_tags) > 10
        or exists (select from unnest(v_tags) as t (tag) where (t.tag ~ '^[[:alnum:]][^[:space:][:cntrl:]]{0,39}$') is not true)
    then
        raise exception 'a discussion has up to ten tags, each one word of up to 40 characters'
            using errcode = 'PA422', detail = format('tags = %s', left(p_tags::text, 200)),
                hint = 'Join words with a hyphen.';
    end if;

    return coalesce(v_tags, '{}');
end;
$$;

comment on function check_post is 'Internal: refuses an unusable text, category or tag; returns the tags in their one spelling.';
-- Granted to nobody: it is part of procedures.
revoke all on function check_post from public;
