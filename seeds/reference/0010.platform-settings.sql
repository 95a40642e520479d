-- Settings that every school starts with.
--
-- Running this again brings new settings and better descriptions and never touches a value: what an operator changed
-- with set_setting() stays.
insert into platform_settings as s (setting_key, setting_value, description) values
('xp.lesson', '50', 'XP for completing a lesson that names no reward of its own.'),
('xp.course', '500', 'XP for completing a course that names no reward of its own.'),
('xp.lesson_max', '500', 'The most XP an instructor may set for a lesson; administrators may set more.'),
('xp.course_max', '5000', 'The most XP an instructor may set for a course; administrators may set more.'),
('xp.solution', '15', 'XP for a reply accepted as the solution of a discussion.'),
('xp.solution_daily_max', '5', 'Solutions that one person gets XP for in a day.'),
('xp.solution_pair_daily_max', '1', 'Of these, solutions for the questions of one other person.'),
('xp.achievement.common', '50', 'XP for a common achievement that names no reward of its own.'),
('xp.achievement.uncommon', '100', 'XP for an uncommon achievement that names no reward of its own.'),
('xp.achievement.rare', '250', 'XP for a rare achievement that names no reward of its own.'),
('xp.achievement.epic', '500', 'XP for an epic achievement that names no reward of its own.'),
('xp.achievement.legendary', '1000', 'XP for a legendary achievement that names no reward of its own.'),
('coins.lesson_max', '500', 'The most coins a lesson pays, whatever it names.'),
('coins.course_max', '5000', 'The most coins a course pays, whatever it names.'),
('coins.exercise_max', '500', 'The most coins an exercise pays, whatever it names.'),
('coins.transfer_max', '10000', 'The most coins one transfer may carry.'),
('coins.transfer_daily_max', '50000', 'The most coins a person may transfer in a day of the school.'),
('coins.streak_freeze_price', '200', 'Coins a streak freeze costs; 0 sells none.'),
('certificates.issue_on_completion', 'true', 'Whether completing a course brings a certificate.'),
('credentials.issuer_id', '""', 'URL or DID of the school as issuer of Open Badges; without it none is given.'),
('credentials.issuer_name', '""', 'Name of the school as issuer of Open Badges.'),
('credentials.issuer_url', '""', 'Web site of the school, as Open Badges name it; may be empty.'),
('faucet.amount_hbar', '10', 'HBAR of the test network that one request of the faucet gives; 0 closes it.'),
('faucet.window_hours', '24', 'Hours over which requests of the faucet are counted.'),
('faucet.user_limit', '1', 'Requests of the faucet that one person may make in the window.'),
('faucet.account_limit', '1', 'Requests of the faucet that may be made for one account in the window.'),
('faucet.ip_limit', '10', 'Requests of the faucet that may come from one address (of IPv6, one /64) in the window.'),
('faucet.attempt_limit', '5', 'Requests that one person may make, or make for one account, in the window, failed ones too.'),
('faucet.ip_attempt_limit', '50', 'Requests that may come from one address in the window, failed ones too.'),
('school.timezone', '"UTC"', 'IANA time zone of the school: where the weeks and months of the rankings begin.'),
('learning.backdate_days', '30', 'How many days back the grading of an instructor may lie.'),
('assessment.grace_seconds', '30', 'Seconds after the deadline of an attempt in which answers are still taken.'),
('privacy.export_minutes', '60', 'Minutes that lie between two exports of one''s own data.'),
('projects.max_per_person', '100', 'The most projects one person may hold.'),
('projects.daily_max', '20', 'The most projects one person may make in 24 hours, deleted ones included.'),
('projects.max_bytes', '65536', 'The most bytes the documents of one project may have together.'),
('audit.failures_per_hour', '100', 'Failures of sensitive procedures noted in an hour, of one person or about one row.'),
('audit.context_days', '90', 'Days for which it is kept where audited requests came from.'),
('notifications.keep_days', '90', 'Days after which a notification that was read is removed.'),
('study.max_materials', '1000', 'The most study materials one person may hold.'),
('study.desired_retention_percent', '90', 'How likely a flashcard shall still be remembered when it comes again.'),
('study.learning_steps_minutes', '[1, 10]', 'Minutes between the first reviews of a flashcard.'),
('study.relearning_steps_minutes', '[10]', 'Minutes between the first reviews of a flashcard that was forgotten.'),
('study.maximum_interval_days', '36500', 'The most days between two reviews of a flashcard.'),
(
    'study.fsrs_parameters',
    '[0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629, 1.6483,
    0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542]',
    'The 21 parameters of FSRS-6; fit them to review_logs with the optimizer of the package fsrs.'
)
on conflict (setting_key) do update
set description = excluded.description
where s.description is distinct from excluded.description;
