-- The tables of Web3Versity over the school. The schema web3versity is there already.
--
-- Where the school knows a row by a natural key, the document's id is made from it.

create view web3versity.users as
select
    u.id,
    (
        select w.address from user_wallets as w
        where w.user_id = u.id and w.chain = 'evm' and w.verified_at is not null
        order by w.verified_at limit 1
    ) as evm_address,
    (
        select w.address from user_wallets as w
        where w.user_id = u.id and w.chain = 'hedera' and w.verified_at is not null
        order by w.verified_at limit 1
    ) as hedera_account_id,
    u.username, u.avatar_emoji, s.total_xp, s.current_level,
    effective_streak(p_user_id => u.id) as current_streak,
    s.longest_streak, s.courses_completed, s.lessons_completed, s.achievements_earned as badges_earned, u.is_active,
    u.show_on_leaderboard
from users as u
inner join user_stats as s on s.user_id = u.id
where u.deleted_at is null;

create view web3versity.courses as
select
    c.id, c.title, c.description, c.track, c.category, c.difficulty, c.estimated_minutes / 60.0 as estimated_hours,
    s.lesson_count as total_lessons, c.completion_xp, c.is_published, c.is_featured, s.enrollment_count, s.average_rating
from courses as c
inner join course_stats as s on s.course_id = c.id
where c.deleted_at is null;

create view web3versity.lessons as
with recursive tree as (
    select l.id, l.course_id, array[l.position] as path
    from lessons as l
    where l.parent_lesson_id is null and l.is_active
    union all
    select l.id, l.course_id, t.path || l.position
    from tree as t
    inner join lessons as l on l.parent_lesson_id = t.id
    where l.is_active
)

select
    l.id, l.course_id, l.title, l.lesson_type, l.content,
    row_number() over (partition by t.course_id order by t.path) as sequence_number,
    l.duration_minutes, l.completion_xp
from tree as t
inner join lessons as l on l.id = t.id;

create view web3versity.course_prerequisites as
select
    md5(course_id::text || prerequisite_course_id::text)::uuid as id, course_id, prerequisite_course_id, is_required
from course_prerequisites;

create view web3versity.user_progress as
select
    e.id, e.user_id, e.course_id, e.enrolled_at as enrollment_date, e.completed_at, e.progress_percentage,
    e.completed_lessons_count as lessons_completed, e.total_lessons_count as total_lessons, e.last_accessed_at,
    (
        select n.token_id || '#' || n.serial_number
        from certificates as f
        inner join nft_certificates as n on n.certificate_id = f.id and n.status = 'minted'
        where f.enrollment_id = e.id and not f.is_revoked
    ) as certificate_nft_id
from enrollments as e;

create view web3versity.lesson_completions as
select id, user_id, lesson_id, course_id, completed_at, score as score_percentage, xp_earned
from lesson_progress
where status = 'completed';

create view web3versity.achievements as
select
    a.id, a.title as name, a.description, a.icon_emoji, a.category, a.rarity, a.criteria,
    achievement_xp(p_xp_reward => a.xp_reward, p_rarity => a.rarity) as xp_reward,
    (select count(*) from user_achievements as u where u.achievement_id = a.id) as times_earned
from achievements as a;

create view web3versity.user_achievements as
select id, user_id, achievement_id, earned_at, nft_token_id, nft_minted_at
from user_achievements;

create view web3versity.user_streaks as
select md5(user_id::text || streak_date::text)::uuid as id, user_id, streak_date, streak_count, activity_type
from user_streaks;

create view web3versity.leaderboard_cache as
select
    c.user_id as id, c.user_id, c.all_time_rank, c.all_time_xp, c.weekly_rank, c.weekly_xp, c.monthly_rank, c.monthly_xp,
    c.week_start_date, c.calculated_at
from leaderboard_cache as c
inner join leaderboard_generation as g on g.generation = c.generation;

create view web3versity.discussions as
select
    d.id, d.author_id, d.course_id, d.title, d.content, d.category, d.tags, s.is_pinned, s.is_solved, s.view_count,
    s.reply_count, s.upvote_count
from discussions as d
inner join discussion_stats as s on s.discussion_id = d.id
where d.deleted_at is null;

create view web3versity.replies as
select id, discussion_id, author_id, parent_reply_id, content, is_solution, upvote_count
from replies
where deleted_at is null;

create view web3versity.discussion_votes as
select id, user_id, discussion_id, reply_id, vote_type || 'vote' as vote_type
from discussion_votes;

create view web3versity.faucet_requests as
select
    f.id, f.user_id, f.hedera_account_id, f.amount_hbar, t.tx_id, f.status, f.requested_at, f.completed_at, f.request_ip
from faucet_requests as f
inner join chain_transactions as t on t.id = f.transaction_id;

create view web3versity.transactions as
select
    id, user_id, tx_id, tx_type, amount as amount_hbar, from_account, to_account, status, course_id, achievement_id,
    consensus_timestamp, hashscan_url
from chain_transactions
where chain = 'hedera';

create view web3versity.nft_certificates as
select
    n.id, n.user_id, n.course_id, n.token_id, n.collection_id, n.serial_number, n.metadata_uri, f.certificate_number,
    n.issued_at, t.tx_id, f.course_title, f.completed_at as completion_date, f.verification_code
from nft_certificates as n
inner join certificates as f on f.id = n.certificate_id
inner join chain_transactions as t on t.id = n.transaction_id;

create view web3versity.platform_settings as
select md5(setting_key)::uuid as id, setting_key, setting_value, description, created_at, updated_at
from platform_settings;
