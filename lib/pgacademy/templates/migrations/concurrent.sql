-- $name: which index this is, and which query needs it.
-- depends: $depends
-- transactional: false

-- One statement, such as CREATE INDEX CONCURRENTLY. What is left of it after a kill is dropped and built anew.
