ALTER TABLE conversations
    ADD COLUMN updated text NOT NULL DEFAULT '',
    ADD COLUMN title text NOT NULL DEFAULT '',
    ADD COLUMN model text NOT NULL DEFAULT '',
    ADD COLUMN parent text REFERENCES conversations (id),
    ADD COLUMN parent_event bigint;

UPDATE conversations SET
    updated = COALESCE((
        SELECT line::json ->> 'at' FROM events WHERE conversation = id ORDER BY number DESC LIMIT 1), created),
    title = COALESCE((
        SELECT line::json #>> '{event,task}' FROM events
        WHERE conversation = id AND line::json #>> '{event,type}' = 'runStarted' ORDER BY number LIMIT 1), ''),
    model = COALESCE((
        SELECT line::json #>> '{event,model}' FROM events
        WHERE conversation = id AND line::json #>> '{event,type}' = 'runStarted' ORDER BY number DESC LIMIT 1), '');

CREATE INDEX conversations_updated ON conversations (updated);
