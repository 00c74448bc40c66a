-- How a supplier's report was read, so that the next one of its account is read so as well: an
-- export's columns do not change from day to day. Whatever is absent has its usual name.
ALTER TABLE orders.supplier_reports ADD COLUMN naming jsonb NOT NULL DEFAULT '{}';
