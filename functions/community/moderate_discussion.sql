-- moderate_discussion: staff pin a discussion to the top of its list, or close it to further replies, or undo that.
--
-- Null leaves it as it is. Votes go on in a closed discussion; replies and edits do not.
--
-- called by  staff: of the course, or administrators for general ones
-- requires   require_discussion, require_discussion_staff, require_course_author, write_audit
-- errors     PA401 · PA403 not staff · PA404 no such discussion
create or replace function moderate_discussion(
    p_discussion_id uuid,
    p_is_pinned boolean default null,
    p_is_closed boolean default null
)
returns table (is_pinned boolean, is_closed boolean)
language plpgsql
volatile
security definer -- writes discussions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_discussion discussions;
    v_now timestamptz := now();
begin
    -- Whoever is staff nowhere learns nothing about which discussions there are.
    perform require_course_author();
    v_discussion := require_discussion(p_discussion_id => p_discussion_id);
    perform require_discussion_staff(p_course_id => v_discussion.course_id);

    perform write_audit(
        p_action => 'community.moderate_discussion', p_entity_type => 'discussions', p_entity_id => p_discussion_id::text,
        p_new_values => jsonb_build_object('is_pinned', p_is_pinned, 'is_closed', p_is_closed)
    );

    update discussion_stats as s
    set is_pinned = coalesce(p_is_pinned, s.is_pinned)
    where s.discussion_id = p_discussion_id
    returning s.is_pinned into is_pinned;

    update discussions as d
    set closed_at = case
        when p_is_closed is null then d.closed_at
        when p_is_closed then coalesce(d.closed_at, v_now)
    end
    where d.id = p_discussion_id
    returning d.closed_at is not null into is_closed;

    return next;
end;
$$;

comment on function moderate_discussion is 'Pins or closes a discussion, or undoes that; returns what it is now.';
revoke all on function moderate_discussion from public;
grant execute on function moderate_discussion to pgacademy_instructor, pgacademy_admin;
