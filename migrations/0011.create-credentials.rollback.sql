-- Loses every certificate, and with it what its code verified. Tokens stay on their chain, their transactions in the records.
drop table nft_certificates;
drop table certificates;
delete from write_guards where name = 'issue_missing_certificates';
update enrollments set certificate_issued_at = null where certificate_issued_at is not null;
update user_stats set certificates_earned = 0 where certificates_earned <> 0;
