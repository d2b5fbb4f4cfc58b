ALTER TABLE conversations
    ADD COLUMN owner text NOT NULL DEFAULT '',
    ADD COLUMN family text NOT NULL DEFAULT '';

UPDATE conversations SET family = id;

CREATE INDEX conversations_owner ON conversations (owner, updated);
CREATE INDEX conversations_family ON conversations (family);
CREATE INDEX conversations_parent ON conversations (parent);
