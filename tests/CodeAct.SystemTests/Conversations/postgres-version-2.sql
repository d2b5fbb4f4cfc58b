-- A database as version 2 of the schema had it, with one conversation.
CREATE SCHEMA codeact;
CREATE TABLE codeact.schema_version (version integer NOT NULL);
INSERT INTO codeact.schema_version VALUES (2);
CREATE TABLE codeact.conversations (
    id      text PRIMARY KEY,
    created text NOT NULL,
    events  bigint NOT NULL DEFAULT 0,
    updated text NOT NULL DEFAULT '',
    title   text NOT NULL DEFAULT '',
    model   text NOT NULL DEFAULT '',
    parent  text REFERENCES codeact.conversations (id),
    parent_event bigint
);

CREATE TABLE codeact.events (
    conversation text NOT NULL REFERENCES codeact.conversations (id),
    number       bigint NOT NULL,
    line         text NOT NULL,
    words        text NOT NULL,
    PRIMARY KEY (conversation, number)
);

CREATE INDEX conversations_updated ON codeact.conversations (updated);

INSERT INTO codeact.conversations VALUES ('0123456789', '2025-12-31T23:59:58.0000000Z', 4, '2026-01-01T00:00:02.0000000Z', 'What is 6 * 7?', 'openai:old', NULL, NULL);
INSERT INTO codeact.events VALUES ('0123456789', 1, '{"v":1,"at":"2026-01-01T00:00:00+00:00","event":{"type":"runStarted","task":"What is 6 * 7?","files":[],"model":"openai:old","systemPrompt":"Be good."}}', 'what is 6 * 7?');
INSERT INTO codeact.events VALUES ('0123456789', 2, '{"v":1,"at":"2026-01-01T00:00:01+00:00","event":{"type":"cellStarted","code":"print(6 * 7)"}}', 'print(6 * 7)');
INSERT INTO codeact.events VALUES ('0123456789', 3, '{"v":1,"at":"2026-01-01T00:00:01.5+00:00","event":{"type":"cellOutput","event":{"type":"stream","stream":"stdout","text":"42\n","fromEarlierCell":false}}}', '42');
INSERT INTO codeact.events VALUES ('0123456789', 4, '{"v":1,"at":"2026-01-01T00:00:02+00:00","event":{"type":"runEnded","reason":"answered","answer":"42","totals":{"turns":2,"cells":1,"inputTokens":20,"outputTokens":10,"elapsed":3}}}', '');
