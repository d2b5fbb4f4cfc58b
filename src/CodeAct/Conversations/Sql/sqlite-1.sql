CREATE TABLE conversations (
    id      TEXT PRIMARY KEY,
    created TEXT NOT NULL,
    events  INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE events (
    conversation TEXT NOT NULL REFERENCES conversations (id),
    number       INTEGER NOT NULL,
    line         TEXT NOT NULL,
    words        TEXT NOT NULL,
    PRIMARY KEY (conversation, number)
);
