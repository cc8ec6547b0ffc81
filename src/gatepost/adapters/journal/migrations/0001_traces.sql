-- Traces as they came, and what they are looked up by.
--
-- A segment is 4096 traces in a row (number >> 12). Everything that is looked up is kept by segment, so that the
-- part of an index that is being written stays as small as a segment however much the journal holds: an index over
-- all of it would touch one page for every value written.

CREATE TABLE trace (
    number INTEGER PRIMARY KEY,  -- in the order in which they ended
    id TEXT NOT NULL,
    ended REAL NOT NULL,         -- Unix time, seconds
    body BLOB NOT NULL           -- MessagePack, packed with the segment's dictionary: packed.py
);

CREATE INDEX trace_by_id ON trace (number >> 12, id);

CREATE TABLE word (              -- what a trace can be looked up by: words.py
    key INTEGER PRIMARY KEY      -- segment (20 bits), hash (31 bits), place of the trace in its segment (12 bits)
);

CREATE TABLE segment (
    segment INTEGER PRIMARY KEY,
    began REAL NOT NULL,         -- when the earliest of its traces began
    ended REAL NOT NULL,         -- when the latest ended
    dictionary BLOB NOT NULL
);

CREATE TABLE source (            -- how far each worker process has been heard
    source TEXT PRIMARY KEY,
    sent INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    heard REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE counter (           -- what is missing here: traces that could not be written, by reason
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
