-- Language of numbers of a digest, and which request made a subscription: a request that runs twice
-- makes one.
ALTER TABLE subscription ADD COLUMN numbers TEXT NOT NULL DEFAULT 'en';
ALTER TABLE subscription ADD COLUMN request_key TEXT;
CREATE UNIQUE INDEX subscription_request ON subscription (request_key) WHERE request_key IS NOT NULL;
