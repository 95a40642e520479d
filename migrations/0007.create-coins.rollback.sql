-- Loses every balance and the history behind it. What lessons and courses promise stays promised.
alter table lesson_progress drop column coins_earned;
drop table coin_postings;
drop table coin_transactions;
drop table coin_accounts;
delete from write_guards where name = 'grant_missing_coins';
