-- Aggregate reports that others made about our domains (RFC 9990), as they said it.

CREATE TABLE report (
    report INTEGER PRIMARY KEY,
    organization TEXT NOT NULL,
    identity TEXT NOT NULL,
    domain TEXT NOT NULL,        -- the policy domain
    began INTEGER NOT NULL,      -- Unix time, seconds
    ended INTEGER NOT NULL,
    contact TEXT NOT NULL,
    p TEXT NOT NULL,             -- the policy that they saw
    errors TEXT NOT NULL,        -- one a line
    skipped INTEGER NOT NULL,    -- rows that made no sense
    imported REAL NOT NULL,      -- Unix time, seconds
    UNIQUE (organization, identity)
);

CREATE INDEX report_by_end ON report (ended);

CREATE TABLE sender (
    report INTEGER NOT NULL REFERENCES report (report) ON DELETE CASCADE,
    source TEXT NOT NULL,        -- IP address
    count INTEGER NOT NULL,
    disposition TEXT NOT NULL,
    spf_aligned INTEGER NOT NULL,
    dkim_aligned INTEGER NOT NULL,
    header_from TEXT NOT NULL,
    spf TEXT NOT NULL,           -- domains that were looked at, with result, separated by blanks
    dkim TEXT NOT NULL,
    overrides TEXT NOT NULL      -- one a line
);

CREATE INDEX sender_by_report ON sender (report);
