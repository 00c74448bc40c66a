-- What disputes wrote off, for reports: few rows among millions.
CREATE INDEX transfers_absorbed ON ledger.transfers (order_id) WHERE kind = 'dispute_absorb';
