ALTER TABLE conversations ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN family TEXT NOT NULL DEFAULT '';

UPDATE conversations SET family = id;

CREATE INDEX conversations_owner ON conversations (owner, updated);
CREATE INDEX conversations_family ON conversations (family);
CREATE INDEX conversations_parent ON conversations (parent);
