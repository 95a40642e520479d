-- search_discussions: discussions the caller may read, by words (typing mistakes allowed), page by page.
--
-- First those that hold the words, in any form of them, ranked by how often and where: the title counts most, then the
-- tags, then the text; relevance is 1 to 2. Then those with a title spelt nearly like the query, ranked by similarity;
-- relevance is up to 1. The second search is only made once the first has nothing more to give: it costs more, and who
-- spelt right has no use for it. Words may be "quoted", or -left out. p_course_id keeps to one course; null is everything the
-- caller may read.
--
-- For the next page, p_after is the discussion_id of the last row seen; if it was changed or taken down in between and no
-- longer matches, begin again. p_with_snippet adds the place in the text, with the words between « and ». It is
-- looked for in 2000 characters, from just before the first of the words: what it costs grows with the square of the text, and
-- one text of the same word over and over held a server for seconds.
--
-- called by  people
-- requires   require_user, my_discussion_courses, discussion_cards, require_limit
-- errors     PA401, PA403 · PA404 no such course, or not for the caller; no match in p_after · PA422 nothing to look
--            for, a query over 200 characters, p_limit not 1 to 100
create or replace function search_discussions(
    p_query text,
    p_course_id uuid default null,
    p_limit integer default 20,
    p_after uuid default null,
    p_with_snippet boolean default false
)
returns table (
    discussion_id uuid,
    course_id uuid,
    title text,
    excerpt text,
    category text,
    tags text[],
    is_pinned boolean,
    is_solved boolean,
    is_closed boolean,
    view_count bigint,
    reply_count integer,
    upvote_count integer,
    downvote_count integer,
    author_id uuid,
    author_name text,
    my_vote text,
    created_at timestamptz,
    last_activity_at timestamptz,
    relevance real,
    snippet text
)
language plpgsql
stable
security definer -- word matches and similarity are not leakproof: under row-level security no index would serve them
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_courses uuid[] := my_discussion_courses();
    v_query text := btrim(p_query, E' \t\r\n');
    v_words tsquery;
    v_after_relevance real;
    v_ids uuid[];
    v_relevance real[];
    v_more_ids uuid[];
    v_more_relevance real[];
begin
    perform require_limit(p_limit => p_limit, p_max => 100);

    if (length(v_query) between 1 and 200) is not true then
        raise exception 'a query has 1 to 200 characters'
            using errcode = 'PA422', detail = format('%s characters', coalesce(length(v_query)::text, 'no')),
                hint = 'Say what to look for; list_discussions() lists everything.';
    end if;

    if p_course_id is not null and (p_course_id = any(v_courses)) is not true then
        raise exception 'there is no such course'
            using errcode = 'PA404', detail = format('course_id = %s', p_course_id),
                hint = 'Discussions of a course are for those on it and its staff.';
    end if;

    v_words := websearch_to_tsquery('english', v_query);

    if p_after is not null then
        select case
            when d.search_vector @@ v_words then (1 + ts_rank(d.search_vector, v_words, 32))::real
            else word_similarity(v_query, d.title)
        end
        into v_after_relevance
        from discussions as d
        where d.id = p_after and d.deleted_at is null and (d.course_id is null or d.course_id = any(v_courses));

        if not found then
            raise exception 'there is no such discussion to go on after'
                using errcode = 'PA404', detail = format('after = %s', p_after),
                    hint = 'Give the discussion_id of the last row of the page before; begin again if it was taken down.';
        end if;
    end if;

    if v_after_relevance is null or v_after_relevance >= 1 then
        select array_agg(f.id order by f.relevance desc, f.id desc), array_agg(f.relevance order by f.relevance desc, f.id desc)
        into v_ids, v_relevance
        from (
            select m.id, m.relevance
            from (
                select d.id, (1 + ts_rank(d.search_vector, v_words, 32))::real as relevance
                from discussions as d
                where
                    d.search_vector @@ v_words
                    and d.deleted_at is null
                    and (d.course_id = any(v_courses) or (d.course_id is null and p_course_id is null))
                    and (p_course_id is null or d.course_id = p_course_id)
            ) as m
            where p_after is null or (m.relevance, m.id) < (v_after_relevance, p_after)
            order by m.relevance desc, m.id desc
            limit p_limit
        ) as f;
    end if;

    if coalesce(cardinality(v_ids), 0) < p_limit then
        select array_agg(f.id order by f.relevance desc, f.id desc), array_agg(f.relevance order by f.relevance desc, f.id desc)
        into v_more_ids, v_more_relevance
        from (
            select m.id, m.relevance
            from (
                select d.id, word_similarity(v_query, d.title) as relevance
                from discussions as d
                where
                    -- The operator finds by index, but its threshold is a setting that any caller can lower. This is ours.
                    v_query <% d.title
                    and word_similarity(v_query, d.title) >= 0.6
                    and not d.search_vector @@ v_words
                    and d.deleted_at is null
                    and (d.course_id = any(v_courses) or (d.course_id is null and p_course_id is null))
                    and (p_course_id is null or d.course_id = p_course_id)
            ) as m
            where v_after_relevance is null or (m.relevance, m.id) < (v_after_relevance, p_after)
            order by m.relevance desc, m.id desc
            limit p_limit - coalesce(cardinality(v_ids), 0)
        ) as f;
    end if;

    return query
    select
        c.discussion_id, c.course_id, c.title, c.excerpt, c.category, c.tags, c.is_pinned, c.is_solved, c.is_closed,
        c.view_count, c.reply_count, c.upvote_count, c.downvote_count, c.author_id, c.author_name, c.my_vote,
        c.created_at, c.last_activity_at, (v_relevance || v_more_relevance)[c.place],
        case when p_with_snippet then
            ts_headline(
                'english',
                (
                    select substr(d.content, greatest(1, coalesce(min(strpos(lower(d.content), w.word)), 1) - 200), 2000)
                    from discussions as d
                    left join regexp_split_to_table(lower(v_query), '[^[:alnum:]]+') as w (word)
                        on numnode(plainto_tsquery('english', w.word)) > 0 and strpos(lower(d.content), w.word) > 0
                    where d.id = c.discussion_id
                    group by d.content
                ),
                v_words,
                'StartSel=«, StopSel=», MaxWords=30, MinWords=10'
            )
        end
    from discussion_cards(p_user_id => v_user_id, p_discussion_ids => v_ids || v_more_ids) as c
    order by c.place;
end;
$$;

comment on function search_discussions is 'Discussions by words and by titles spelt nearly like them, a page at a time.';
revoke all on function search_discussions from public;
grant execute on function search_discussions to pgacademy_student, pgacademy_instructor, pgacademy_admin;
