-- delete_discussion: the author or staff take a discussion down, with all that is under it.
--
-- Nobody sees it any more but administrators; the rows stay. Who was told of replies in it reads no more of them. What
-- it counted for its author and those who replied stays counted: it was done. Doing it again finds nothing.
--
-- called by  people
-- requires   require_user, require_discussion, require_discussion_staff, retract_news
-- errors     PA401 · PA403 another's, and not staff · PA404 no such discussion
create or replace function delete_discussion(
    p_discussion_id uuid
)
returns void
language plpgsql
volatile
security definer -- writes discussions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_discussion discussions := require_discussion(p_discussion_id => p_discussion_id);
    v_now timestamptz := now();
begin
    if v_discussion.author_id <> v_user_id then
        perform require_discussion_staff(p_course_id => v_discussion.course_id);
    end if;

    -- Whoever replies holds this row first, and looks at the discussion after that.
    update discussion_stats as s set reply_count = s.reply_count where s.discussion_id = p_discussion_id;

    update discussions as d set deleted_at = v_now where d.id = p_discussion_id and d.deleted_at is null;

    perform retract_news(
        p_reply_ids => array(select r.id from replies as r where r.discussion_id = p_discussion_id)
    );
end;
$$;

comment on function delete_discussion is 'Takes a discussion down; the rows stay.';
revoke all on function delete_discussion from public;
grant execute on function delete_discussion to pgacademy_student, pgacademy_instructor, pgacademy_admin;
