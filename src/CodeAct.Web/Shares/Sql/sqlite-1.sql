CREATE TABLE shares (
    id           TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    last         INTEGER NOT NULL, -- the number of the last event that is shown
    owner        TEXT NOT NULL,
    created      TEXT NOT NULL,
    UNIQUE (conversation, last)
) WITHOUT ROWID;
