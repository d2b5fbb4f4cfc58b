CREATE TABLE users (
    id           text PRIMARY KEY,
    name         text NOT NULL,
    folded       text NOT NULL UNIQUE,
    password     text,
    admin        bigint NOT NULL,
    stamp        text NOT NULL,
    tries        bigint NOT NULL DEFAULT 0,
    locked_until text NOT NULL DEFAULT '',
    created      text NOT NULL
);

CREATE TABLE logins (
    issuer  text NOT NULL,
    subject text NOT NULL,
    owner   text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
);

CREATE TABLE invitations (
    hash    text PRIMARY KEY,
    expires text NOT NULL
);

CREATE TABLE api_keys (
    id        text PRIMARY KEY,
    hash      text NOT NULL UNIQUE,
    owner     text REFERENCES users (id) ON DELETE CASCADE,
    name      text NOT NULL,
    scopes    text NOT NULL,
    created   text NOT NULL,
    expires   text,
    last_used text
);

CREATE INDEX api_keys_owner ON api_keys (owner);

CREATE TABLE protection_keys (
    name text PRIMARY KEY,
    xml  text NOT NULL
);
