-- reset.sql: forget everything but the apps.

-- :name facts
DELETE FROM facts;

-- :name people
DELETE FROM people;

-- :name codes
DELETE FROM codes;

-- :name tokens
DELETE FROM tokens;

-- :name faults
DELETE FROM faults;

-- :name calls
DELETE FROM calls;
