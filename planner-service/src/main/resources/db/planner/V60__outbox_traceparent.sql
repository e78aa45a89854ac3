-- The place in a trace that a record belongs to (W3C Trace Context); NULL where there is none.
ALTER TABLE outbox ADD COLUMN traceparent VARCHAR(64);
