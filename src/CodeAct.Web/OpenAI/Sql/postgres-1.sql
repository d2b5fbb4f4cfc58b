CREATE TABLE answers (
    owner        text NOT NULL,
    hash         text NOT NULL,
    conversation text NOT NULL,
    before       bigint NOT NULL,
    PRIMARY KEY (owner, hash)
);
