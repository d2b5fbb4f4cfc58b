CREATE TABLE shares (
    id           text PRIMARY KEY,
    conversation text NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    last         bigint NOT NULL, -- the number of the last event that is shown
    owner        text NOT NULL,
    created      text NOT NULL,
    UNIQUE (conversation, last)
);
