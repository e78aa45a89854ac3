-- Told to executors alone, so that nobody else can name what a stage's pod will be named. NULL for executions that began before.
ALTER TABLE executions ADD COLUMN nonce VARCHAR(64);
CREATE INDEX executions_newest_of_trigger ON executions (trigger_id, created_at DESC, id);
