CREATE TABLE conversations (
    id      text PRIMARY KEY,
    created text NOT NULL,
    events  bigint NOT NULL DEFAULT 0
);

CREATE TABLE events (
    conversation text NOT NULL REFERENCES conversations (id),
    number       bigint NOT NULL,
    line         text NOT NULL,
    words        text NOT NULL,
    PRIMARY KEY (conversation, number)
);
