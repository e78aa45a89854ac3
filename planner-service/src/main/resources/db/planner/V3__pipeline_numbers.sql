-- The last number that was given to an execution of each pipeline.
CREATE TABLE pipeline_numbers (
  org         VARCHAR(128) NOT NULL,
  project     VARCHAR(128) NOT NULL,
  pipeline    VARCHAR(128) NOT NULL,
  last_number BIGINT       NOT NULL,
  PRIMARY KEY (org, project, pipeline)
);
