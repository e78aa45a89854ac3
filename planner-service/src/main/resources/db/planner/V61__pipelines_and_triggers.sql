-- Pipelines that are kept here, as they were written.
CREATE TABLE pipelines (
  org        VARCHAR(128)             NOT NULL,
  project    VARCHAR(128)             NOT NULL,
  id         VARCHAR(128)             NOT NULL,
  name       VARCHAR(256)             NOT NULL,
  yaml       TEXT                     NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (org, project, id)
);

-- Values for the inputs of a kept pipeline.
CREATE TABLE input_sets (
  org        VARCHAR(128)             NOT NULL,
  project    VARCHAR(128)             NOT NULL,
  pipeline   VARCHAR(128)             NOT NULL,
  id         VARCHAR(128)             NOT NULL,
  name       VARCHAR(256)             NOT NULL,
  yaml       TEXT                     NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (org, project, pipeline, id)
);

-- next_at: when a schedule starts its pipeline next; NULL for webhooks and for what is switched off.
CREATE TABLE triggers (
  org        VARCHAR(128)             NOT NULL,
  project    VARCHAR(128)             NOT NULL,
  id         VARCHAR(128)             NOT NULL,
  name       VARCHAR(256)             NOT NULL,
  yaml       TEXT                     NOT NULL,
  next_at    TIMESTAMP WITH TIME ZONE,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (org, project, id)
);
CREATE INDEX triggers_next ON triggers (next_at);

-- Every call of a trigger with what came of it. A second call with the same id or the same signed content starts nothing.
CREATE TABLE deliveries (
  org          VARCHAR(128)             NOT NULL,
  project      VARCHAR(128)             NOT NULL,
  trigger_id   VARCHAR(128)             NOT NULL,
  id           VARCHAR(200)             NOT NULL,
  received_at  TIMESTAMP WITH TIME ZONE NOT NULL,
  fingerprint  VARCHAR(64),
  outcome      VARCHAR(20)              NOT NULL,
  reason       TEXT,
  execution_id VARCHAR(40),
  event        TEXT,
  PRIMARY KEY (org, project, trigger_id, id)
);
CREATE INDEX deliveries_newest ON deliveries (org, project, trigger_id, received_at DESC);
CREATE INDEX deliveries_fingerprint ON deliveries (org, project, trigger_id, fingerprint);
CREATE INDEX deliveries_age ON deliveries (received_at);

-- What an execution builds and why it runs, to find it by. line: the same for executions of which a newer one supersedes the older.
ALTER TABLE executions ADD COLUMN branch VARCHAR(300);
ALTER TABLE executions ADD COLUMN trigger_id VARCHAR(128);
ALTER TABLE executions ADD COLUMN line VARCHAR(64);
CREATE INDEX executions_branch ON executions (branch, created_at DESC);
CREATE INDEX executions_line ON executions (line, created_at);
