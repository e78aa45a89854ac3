-- Stage runs that were given to the executors and have not started: how long the queue of a platform is.
CREATE TABLE waiting_stages (
  execution_id VARCHAR(40)              NOT NULL REFERENCES executions (id),
  stage        VARCHAR(300)             NOT NULL,
  platform     VARCHAR(100)             NOT NULL,
  since        TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (execution_id, stage)
);
CREATE INDEX waiting_stages_queue ON waiting_stages (platform, since);
