CREATE TABLE users (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    folded       TEXT NOT NULL UNIQUE,
    password     TEXT,
    admin        INTEGER NOT NULL,
    stamp        TEXT NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0,
    locked_until TEXT NOT NULL DEFAULT '',
    created      TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE logins (
    issuer  TEXT NOT NULL,
    subject TEXT NOT NULL,
    owner   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
) WITHOUT ROWID;

CREATE TABLE invitations (
    hash    TEXT PRIMARY KEY,
    expires TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_keys (
    id        TEXT PRIMARY KEY,
    hash      TEXT NOT NULL UNIQUE,
    owner     TEXT REFERENCES users (id) ON DELETE CASCADE,
    name      TEXT NOT NULL,
    scopes    TEXT NOT NULL,
    created   TEXT NOT NULL,
    expires   TEXT,
    last_used TEXT
) WITHOUT ROWID;

CREATE INDEX api_keys_owner ON api_keys (owner);

CREATE TABLE protection_keys (
    name TEXT PRIMARY KEY,
    xml  TEXT NOT NULL
) WITHOUT ROWID;
