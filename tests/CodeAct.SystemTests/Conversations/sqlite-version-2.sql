-- A database as version 2 of the schema had it, with one conversation.
CREATE TABLE conversations (
    id      TEXT PRIMARY KEY,
    created TEXT NOT NULL,
    events  INTEGER NOT NULL DEFAULT 0,
    updated TEXT NOT NULL DEFAULT '',
    title   TEXT NOT NULL DEFAULT '',
    model   TEXT NOT NULL DEFAULT '',
    parent  TEXT REFERENCES conversations (id),
    parent_event INTEGER
) WITHOUT ROWID;

CREATE TABLE events (
    conversation TEXT NOT NULL REFERENCES conversations (id),
    number       INTEGER NOT NULL,
    line         TEXT NOT NULL,
    words        TEXT NOT NULL,
    PRIMARY KEY (conversation, number)
);

CREATE INDEX conversations_updated ON conversations (updated);

INSERT INTO conversations VALUES ('0123456789', '2025-12-31T23:59:58.0000000Z', 4, '2026-01-01T00:00:02.0000000Z', 'What is 6 * 7?', 'openai:old', NULL, NULL);
INSERT INTO events VALUES ('0123456789', 1, '{"v":1,"at":"2026-01-01T00:00:00+00:00","event":{"type":"runStarted","task":"What is 6 * 7?","files":[],"model":"openai:old","systemPrompt":"Be good."}}', 'what is 6 * 7?');
INSERT INTO events VALUES ('0123456789', 2, '{"v":1,"at":"2026-01-01T00:00:01+00:00","event":{"type":"cellStarted","code":"print(6 * 7)"}}', 'print(6 * 7)');
INSERT INTO events VALUES ('0123456789', 3, '{"v":1,"at":"2026-01-01T00:00:01.5+00:00","event":{"type":"cellOutput","event":{"type":"stream","stream":"stdout","text":"42\n","fromEarlierCell":false}}}', '42');
INSERT INTO events VALUES ('0123456789', 4, '{"v":1,"at":"2026-01-01T00:00:02+00:00","event":{"type":"runEnded","reason":"answered","answer":"42","totals":{"turns":2,"cells":1,"inputTokens":20,"outputTokens":10,"elapsed":3}}}', '');
PRAGMA user_version = 2;
