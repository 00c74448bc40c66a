-- The messages as the office lists them: by time, and by what they are about. None of these columns
-- changes after its row is written. A new month's table gets them from its parent.
CREATE INDEX IF NOT EXISTS inbox_by_time ON hooks.inbox (received_at, id);
CREATE INDEX IF NOT EXISTS inbox_by_reference ON hooks.inbox (reference) WHERE reference IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_by_time ON hooks.outbox (created_at, id);
