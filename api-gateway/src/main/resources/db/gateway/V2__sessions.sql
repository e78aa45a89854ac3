CREATE TABLE sessions (
  -- SHA-256 of what the browser shows, in hexadecimal.
  hash       VARCHAR(64)              NOT NULL PRIMARY KEY,
  -- Name and grants as they were at the sign-in, as JSON.
  caller     TEXT                     NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL
);
