-- How long things are kept, until an administrator decides otherwise with set_retention().
--
-- Running this again brings new subjects and better descriptions and never touches a number of months.
insert into retention_policies as r (subject, keep_months, action, description) values
('analytics_events', 24, 'drop', 'What people did in the application, by month; the rollups by day stay.'),
('audit_logs', 24, 'archive', 'Who did what, by month, sealed.'),
('chain_transactions', 12, 'archive', 'Settled transactions of blockchains; sums by month stay in chain_totals.'),
('discussions', 12, 'close', 'Discussions in which nothing moves: they stay readable and take no more replies.'),
('faucet_requests', 6, 'archive', 'Settled requests of the faucet, with their transactions.'),
('interactions', 12, 'drop', 'What happened in study sessions, by month; the figures of each session stay in progress_metrics.'),
('interactions.idle', 6, 'drop', 'The same of people who have not been active for as long.'),
('progress_metrics', 60, 'drop', 'Figures of study sessions, by month.'),
('session_data', 6, 'aggregate', 'The state of ended study sessions: figures of them become progress_metrics.')
on conflict (subject) do update
set action = excluded.action, description = excluded.description
where (r.action, r.description) is distinct from (excluded.action, excluded.description);
