-- name: growth
select
    g.month,
    g.new_users,
    g.total_users
from monthly_growth() as g
order by g.month

-- name: active
select
    a.activity_date,
    a.daily_active,
    a.weekly_active,
    a.monthly_active,
    a.stickiness
from active_people(p_from_date => current_date - %(days)s + 1, p_to_date => current_date) as a
order by a.activity_date

-- name: funnel
select
    f.step,
    f.people,
    f.share_of_first,
    f.share_of_previous
from learning_funnel() as f
order by f.nth

-- name: retention
select
    r.cohort,
    r.cohort_size,
    r.period,
    r.active_people,
    r.share
from cohort_retention(p_unit => 'month', p_cohorts => 12) as r
order by r.cohort, r.period

-- name: courses
select
    c.title,
    c.discipline,
    c.enrolled_users,
    c.completed_users,
    c.avg_progress,
    c.avg_time_spent
from course_performance as c
order by c.enrolled_users desc, c.title
limit 25

-- name: projects
select
    p.project_type,
    p.total_projects,
    p.nft_minted,
    p.completion_rate
from v_project_completion as p
order by p.total_projects desc, p.project_type
limit 25

-- name: events
select
    e.event_type,
    sum(e.event_count)::bigint as event_count
from v_event_activity as e
where e.activity_date > current_date - %(days)s
group by e.event_type
order by 2 desc, 1
limit 10

-- name: questions
select
    q.quiz_title,
    q.nth,
    q.question_type,
    q.answers,
    q.difficulty,
    q.discrimination
from quiz_item_analysis() as q
where not q.is_retired and q.difficulty is not null
order by q.discrimination nulls last, q.difficulty
limit 500
