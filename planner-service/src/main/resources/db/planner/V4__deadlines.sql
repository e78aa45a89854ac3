-- When an execution with a pipeline-level timeout has to be over; NULL where there is none, or it has been told.
ALTER TABLE executions ADD COLUMN deadline TIMESTAMP WITH TIME ZONE;
CREATE INDEX executions_deadline ON executions (deadline);
