-- community: solutions pay a person so often a day, news of what was deleted does not go out; with it, in other
-- domains, what an administrator took down stays down, and addresses are addresses.
-- depends: 0021.create-retention

-- is_web_address: does this name a page or a picture, of the web (http, https) or, without a scheme, of the
-- application? A browser runs javascript: and shows data: as a page of whoever embeds it.
create function is_web_address(p_address text)
returns boolean
language sql
immutable
parallel safe
security invoker
begin atomic
    select
        p_address !~ '[[:space:][:cntrl:]]'
        and (p_address ~ '^https?://[^/]' or p_address !~ '^[^/?#]*:');
end;

comment on function is_web_address is
'Internal: whether this names something of the web or of the application, nothing that a browser runs.';
-- Granted to nobody but those who write such a column themselves: a check runs with their rights.
revoke all on function is_web_address from public;
grant execute on function is_web_address to pgacademy_student, pgacademy_instructor;

-- What is none shows nothing today and stays nothing. Checks that do not look at the rows that are there (0023 does),
-- and hold for every new one.
update users as u set avatar_url = null where not is_web_address(u.avatar_url);
alter table users add constraint users_avatar_url_check check (is_web_address(avatar_url)) not valid;

update courses as c set thumbnail_url = null where not is_web_address(c.thumbnail_url);
alter table courses add constraint courses_thumbnail_url_check check (is_web_address(thumbnail_url)) not valid;

update lessons as l set video_url = null where not is_web_address(l.video_url);
alter table lessons add constraint lessons_video_url_check check (is_web_address(video_url)) not valid;

update achievements as a set icon_url = null where not is_web_address(a.icon_url);
update user_achievements as a set icon_url = null where not is_web_address(a.icon_url);
alter table achievements add constraint achievements_icon_url_check check (is_web_address(icon_url)) not valid;


-- What an administrator took down, only an administrator puts back (withheld_after()).
alter table courses add column withheld_at timestamptz;
comment on column courses.withheld_at is
'When an administrator unpublished or deactivated it; only an administrator takes that back. Null if none did.';
alter table quizzes add column withheld_at timestamptz;
comment on column quizzes.withheld_at is
'When an administrator unpublished it; only an administrator publishes it again. Null if none did.';
alter table exercises add column withheld_at timestamptz;
comment on column exercises.withheld_at is
'When an administrator unpublished it; only an administrator publishes it again. Null if none did.';
alter table projects add column withheld_at timestamptz;
comment on column projects.withheld_at is
'When an administrator hid it; only an administrator shows it again. Null if none did.';
alter table certificates add column revoked_as text;
comment on column certificates.revoked_as is
'The role in which it was revoked: instructor or admin. Null of those revoked before this was kept.';
alter table certificates add constraint certificates_revoked_as_check
check (revoked_as is null or (revoked_as in ('instructor', 'admin') and revoked_at is not null)) not valid;


-- solution_quotas: one row per person who ever got XP for a solution: whose questions they were paid for on their last
-- such day. Whoever accepts a solution writes it before XP is given, so that of two at once one waits for the other.
create table solution_quotas (
    user_id uuid not null constraint solution_quotas_pkey primary key
    constraint solution_quotas_user_id_fkey references users on delete cascade,
    rewarded_on date not null,
    asker_ids uuid[] not null,
    constraint solution_quotas_asker_ids_check check (cardinality(asker_ids) >= 1 and array_position(asker_ids, null) is null)
) with (fillfactor = 70);

alter table solution_quotas enable row level security;

comment on table solution_quotas is 'For whose questions a person''s solutions were paid on the last day they were.';
comment on column solution_quotas.user_id is 'Who answered.';
comment on column solution_quotas.rewarded_on is 'The day, in their time zone.';
comment on column solution_quotas.asker_ids is 'Who had asked, once for each solution paid on that day.';


-- A delivery that shall not be made any more: what it tells was taken down, or its reader has left.
-- squawk-ignore ban-drop-constraint: a wider one takes its place
alter table notification_deliveries drop constraint notification_deliveries_status_check;
alter table notification_deliveries add constraint notification_deliveries_status_check
check (status in ('pending', 'sent', 'failed', 'cancelled')) not valid;
comment on column notification_deliveries.status is
'pending, sent, failed (given up), or cancelled: taken down, or its reader cannot be reached any more.';
