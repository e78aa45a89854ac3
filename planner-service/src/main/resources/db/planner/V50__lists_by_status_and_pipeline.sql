-- Lists stay quick however many executions are stored: each filter reads its page from an index of its own.
CREATE INDEX executions_newest_of_status ON executions (status, created_at DESC, id);
CREATE INDEX executions_newest_of_pipeline ON executions (pipeline, created_at DESC, id);
