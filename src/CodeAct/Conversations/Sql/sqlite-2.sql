ALTER TABLE conversations ADD COLUMN updated TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN model TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN parent TEXT REFERENCES conversations (id);
ALTER TABLE conversations ADD COLUMN parent_event INTEGER;

UPDATE conversations SET
    updated = COALESCE((
        SELECT json_extract(line, '$.at') FROM events WHERE conversation = id ORDER BY number DESC LIMIT 1), created),
    title = COALESCE((
        SELECT json_extract(line, '$.event.task') FROM events
        WHERE conversation = id AND json_extract(line, '$.event.type') = 'runStarted' ORDER BY number LIMIT 1), ''),
    model = COALESCE((
        SELECT json_extract(line, '$.event.model') FROM events
        WHERE conversation = id AND json_extract(line, '$.event.type') = 'runStarted' ORDER BY number DESC LIMIT 1), '');

CREATE INDEX conversations_updated ON conversations (updated);
