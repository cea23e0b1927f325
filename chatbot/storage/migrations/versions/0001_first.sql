CREATE TABLE events (
  sequence INTEGER NOT NULL,
  subject TEXT NOT NULL,
  event TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  version INTEGER NOT NULL,
  party TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  previous TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (sequence)
);

CREATE INDEX ix_events_subject ON events (subject);

CREATE TABLE exchanges (
  id TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  safety TEXT NOT NULL,
  confidence FLOAT,
  passages JSON NOT NULL,
  knowledge_version TEXT NOT NULL,
  question TEXT,
  PRIMARY KEY (id)
);

CREATE INDEX ix_exchanges_at ON exchanges (at);

CREATE TABLE feedback (
  reply TEXT NOT NULL,
  helpful BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE,
  closed_by TEXT NOT NULL,
  PRIMARY KEY (reply)
);

CREATE TABLE handoffs (
  reference TEXT NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  question TEXT NOT NULL,
  message TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  language TEXT NOT NULL,
  reason TEXT NOT NULL,
  urgent BOOLEAN NOT NULL,
  submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  nudge_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE,
  overdue INTEGER NOT NULL,
  claimed_by TEXT NOT NULL,
  answered_at TIMESTAMP WITH TIME ZONE,
  erased_at TIMESTAMP WITH TIME ZONE,
  token_hash TEXT NOT NULL,
  mail_token TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  code_failures INTEGER NOT NULL,
  code_failed_at TIMESTAMP WITH TIME ZONE,
  key_hash TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  PRIMARY KEY (reference),
  UNIQUE (token_hash),
  UNIQUE (mail_token),
  UNIQUE (key_hash)
);

CREATE INDEX ix_handoffs_state ON handoffs (state);

CREATE TABLE staff (
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  totp_secret TEXT NOT NULL,
  last_step INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  disabled_at TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (name)
);

CREATE TABLE staff_failures (
  id TEXT NOT NULL,
  bucket TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (id)
);

CREATE INDEX ix_staff_failures_bucket ON staff_failures (bucket);

CREATE TABLE deliveries (
  id TEXT NOT NULL,
  reference TEXT NOT NULL,
  channel TEXT NOT NULL,
  audience TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  next_at TIMESTAMP WITH TIME ZONE NOT NULL,
  lease_until TIMESTAMP WITH TIME ZONE,
  lease_by TEXT NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE,
  last_error TEXT NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(reference) REFERENCES handoffs (reference)
);

CREATE INDEX deliveries_due ON deliveries (state, next_at);

CREATE INDEX ix_deliveries_reference ON deliveries (reference);

CREATE TABLE messages (
  reference TEXT NOT NULL,
  number INTEGER NOT NULL,
  event TEXT NOT NULL,
  by_name TEXT NOT NULL,
  text TEXT NOT NULL,
  passages JSON NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (reference, number),
  FOREIGN KEY(reference) REFERENCES handoffs (reference)
);

CREATE TABLE staff_sessions (
  token_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (token_hash),
  FOREIGN KEY(name) REFERENCES staff (name)
);

