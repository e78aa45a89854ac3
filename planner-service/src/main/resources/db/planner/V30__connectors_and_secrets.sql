-- Connectors as they were written, and secrets encrypted. Empty org: the account's; empty project: the organisation's.
CREATE TABLE connectors (
  org        VARCHAR(128)             NOT NULL,
  project    VARCHAR(128)             NOT NULL,
  identifier VARCHAR(128)             NOT NULL,
  type       VARCHAR(64)              NOT NULL,
  yaml       TEXT                     NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (org, project, identifier)
);

CREATE TABLE secrets (
  org         VARCHAR(128)             NOT NULL,
  project     VARCHAR(128)             NOT NULL,
  identifier  VARCHAR(128)             NOT NULL,
  name        VARCHAR(1000)            NOT NULL,
  description VARCHAR(1000)            NOT NULL,
  key_name    VARCHAR(64)              NOT NULL,
  sealed      TEXT                     NOT NULL,
  changed_at  TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (org, project, identifier)
);

-- A secret's key holds three identifiers.
ALTER TABLE outbox ALTER COLUMN message_key SET DATA TYPE VARCHAR(600);
