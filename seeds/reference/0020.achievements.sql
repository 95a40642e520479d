-- Achievements that every school starts with.
--
-- Found again by their slug; one that is already there is left alone, because a school may have reworded it, priced it
-- differently or retired it. A null reward is the default of the rarity (settings xp.achievement.*).
insert into achievements
(slug, title, description, achievement_type, category, icon_emoji, rarity, criteria, xp_reward)
values
(
    'first-steps', 'First Steps', 'Enrol in your first course', 'milestone', 'courses', '👣', 'common',
    '{"metric": "courses_enrolled", "threshold": 1, "scope": "global"}', 10
),
(
    'curious-mind', 'Curious Mind', 'Enrol in five courses', 'milestone', 'courses', '🧭', 'common',
    '{"metric": "courses_enrolled", "threshold": 5, "scope": "global"}', null
),
(
    'first-lesson', 'First Lesson', 'Complete your first lesson', 'milestone', 'lessons', '🌱', 'common',
    '{"metric": "lessons_completed", "threshold": 1, "scope": "global"}', 25
),
(
    'ten-lessons', 'Warming Up', 'Complete 10 lessons', 'milestone', 'lessons', '🔥', 'common',
    '{"metric": "lessons_completed", "threshold": 10, "scope": "global"}', null
),
(
    'fifty-lessons', 'Bookworm', 'Complete 50 lessons', 'milestone', 'lessons', '📚', 'uncommon',
    '{"metric": "lessons_completed", "threshold": 50, "scope": "global"}', null
),
(
    'two-hundred-lessons', 'Scholar', 'Complete 200 lessons', 'milestone', 'lessons', '🎓', 'rare',
    '{"metric": "lessons_completed", "threshold": 200, "scope": "global"}', null
),
(
    'thousand-lessons', 'Living Library', 'Complete 1,000 lessons', 'milestone', 'lessons', '🏛️', 'legendary',
    '{"metric": "lessons_completed", "threshold": 1000, "scope": "global"}', null
),
(
    'first-course', 'Finisher', 'Complete your first course', 'milestone', 'courses', '🏁', 'uncommon',
    '{"metric": "courses_completed", "threshold": 1, "scope": "global"}', null
),
(
    'five-courses', 'Well Read', 'Complete five courses', 'milestone', 'courses', '🥉', 'rare',
    '{"metric": "courses_completed", "threshold": 5, "scope": "global"}', null
),
(
    'ten-courses', 'Polymath', 'Complete ten courses', 'milestone', 'courses', '🥈', 'epic',
    '{"metric": "courses_completed", "threshold": 10, "scope": "global"}', null
),
(
    'twenty-five-courses', 'Renaissance Mind', 'Complete 25 courses', 'milestone', 'courses', '🥇', 'legendary',
    '{"metric": "courses_completed", "threshold": 25, "scope": "global"}', null
),
(
    'perfect-score', 'Flawless', 'Complete a lesson with a score of 100', 'mastery', 'scores', '💯', 'uncommon',
    '{"metric": "perfect_scores", "threshold": 1, "scope": "global"}', null
),
(
    'ten-perfect-scores', 'Perfectionist', 'Complete ten lessons with a score of 100', 'mastery', 'scores', '💎', 'epic',
    '{"metric": "perfect_scores", "threshold": 10, "scope": "global"}', null
),
(
    'streak-3', 'On a Roll', 'Learn on three days in a row', 'streak', 'streaks', '⚡', 'common',
    '{"metric": "streak_days", "threshold": 3, "scope": "global"}', null
),
(
    'streak-7', 'Full Week', 'Learn on seven days in a row', 'streak', 'streaks', '📅', 'uncommon',
    '{"metric": "streak_days", "threshold": 7, "scope": "global"}', null
),
(
    'streak-30', 'Habit', 'Learn on 30 days in a row', 'streak', 'streaks', '🌙', 'rare',
    '{"metric": "streak_days", "threshold": 30, "scope": "global"}', null
),
(
    'streak-100', 'Unstoppable', 'Learn on 100 days in a row', 'streak', 'streaks', '🚀', 'epic',
    '{"metric": "streak_days", "threshold": 100, "scope": "global"}', null
),
(
    'streak-365', 'Every Single Day', 'Learn on 365 days in a row', 'streak', 'streaks', '☀️', 'legendary',
    '{"metric": "streak_days", "threshold": 365, "scope": "global"}', null
),
(
    'level-5', 'Apprentice', 'Reach level 5', 'level', 'levels', '⭐', 'common',
    '{"metric": "current_level", "threshold": 5, "scope": "global"}', null
),
(
    'level-10', 'Journeyman', 'Reach level 10', 'level', 'levels', '🌟', 'uncommon',
    '{"metric": "current_level", "threshold": 10, "scope": "global"}', null
),
(
    'level-25', 'Expert', 'Reach level 25', 'level', 'levels', '✨', 'rare',
    '{"metric": "current_level", "threshold": 25, "scope": "global"}', null
),
(
    'level-50', 'Master', 'Reach level 50', 'level', 'levels', '👑', 'epic',
    '{"metric": "current_level", "threshold": 50, "scope": "global"}', null
),
(
    'first-project', 'First Project', 'Complete your first engineering project', 'milestone', 'projects', '🛠️', 'common',
    -- The older wording of criteria, which is accepted and normalised to metric, threshold and scope.
    '{"condition": "projects_created", "value": 1}', 100
)
on conflict (slug) do nothing;
