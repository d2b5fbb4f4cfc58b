CREATE TABLE answers (
    owner        TEXT NOT NULL,
    hash         TEXT NOT NULL,
    conversation TEXT NOT NULL,
    before       INTEGER NOT NULL,
    PRIMARY KEY (owner, hash)
) WITHOUT ROWID;
