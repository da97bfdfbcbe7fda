-- The facts database, schema version 1. Disposable: it is built again from this file and a seed (or, later, a sync).
--
-- The ten tables of the original keep their names and columns. Where it stored REAL money or text times, the stored
-- value is an INTEGER (micro-dollars `_uusd`, micro-DBU `_udbu`, milliseconds UTC `_ms`, per mille `_permille`) and the
-- original column is generated from it. Ids of jobs, runs and compute are unique per workspace only, so keys are
-- composite. `*_key` is the entity id "<kind>:<workspace_id>/<native id>", the same text that entity_id() makes.
-- Days are UTC days, text 'YYYY-MM-DD'.
PRAGMA user_version = 1;

-- schema_version, sample (1 = generated), generation (changes with the content), first_day
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each source goes: complete_until is its newest day that has all of its rows.
CREATE TABLE data_mark (
    source         TEXT PRIMARY KEY CHECK (source IN ('usage', 'nodes', 'runs', 'events', 'queries')),
    complete_until TEXT NOT NULL CHECK (date(complete_until) = complete_until),
    newest_ms      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE date_series (
    date    TEXT PRIMARY KEY CHECK (date(date) = date),
    day     INTEGER NOT NULL UNIQUE, -- days since 1970-01-01
    weekday INTEGER NOT NULL CHECK (weekday BETWEEN 0 AND 6) -- 0 = Monday
) STRICT, WITHOUT ROWID;

CREATE TABLE workspace (
    workspace_id   TEXT PRIMARY KEY,
    workspace_name TEXT NOT NULL UNIQUE,
    account_id     TEXT NOT NULL,
    description    TEXT,
    workspace_key  TEXT GENERATED ALWAYS AS ('workspace:' || workspace_id || '/' || workspace_id) VIRTUAL
) STRICT, WITHOUT ROWID;

CREATE TABLE users_lookup (
    user_id      TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    workspace_id TEXT NOT NULL REFERENCES workspace,
    department   TEXT,
    user_key     TEXT GENERATED ALWAYS AS ('user:' || workspace_id || '/' || user_id) VIRTUAL
) STRICT, WITHOUT ROWID;

CREATE TABLE instance_type (
    instance_type TEXT PRIMARY KEY,
    vcpus         INTEGER NOT NULL CHECK (vcpus > 0),
    memory_gb     INTEGER NOT NULL CHECK (memory_gb > 0),
    udbu_per_hour INTEGER NOT NULL CHECK (udbu_per_hour > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE instance_pools (
    instance_pool_id      TEXT PRIMARY KEY,
    workspace_id          TEXT NOT NULL REFERENCES workspace,
    pool_name             TEXT NOT NULL,
    pool_instance_type    TEXT NOT NULL REFERENCES instance_type,
    min_size              INTEGER NOT NULL CHECK (min_size >= 0),
    max_size              INTEGER NOT NULL,
    auto_termination_mins INTEGER NOT NULL CHECK (auto_termination_mins >= 0),
    CHECK (max_size >= min_size)
) STRICT, WITHOUT ROWID;

-- ---- prices ----------------------------------------------------------------------------------------------------------

-- List price of one DBU, valid in [valid_from_ms, valid_to_ms); NULL = until further notice.
CREATE TABLE sku_price (
    sku           TEXT NOT NULL,
    valid_from_ms INTEGER NOT NULL,
    valid_to_ms   INTEGER CHECK (valid_to_ms > valid_from_ms),
    uusd_per_dbu  INTEGER NOT NULL CHECK (uusd_per_dbu >= 0),
    PRIMARY KEY (sku, valid_from_ms)
) STRICT, WITHOUT ROWID;

-- Price of one node-hour of a virtual machine: the base of the infrastructure estimate.
CREATE TABLE vm_price (
    instance_type TEXT NOT NULL REFERENCES instance_type,
    market        TEXT NOT NULL CHECK (market IN ('ON_DEMAND', 'SPOT')),
    valid_from_ms INTEGER NOT NULL,
    valid_to_ms   INTEGER CHECK (valid_to_ms > valid_from_ms),
    uusd_per_hour INTEGER NOT NULL CHECK (uusd_per_hour >= 0),
    PRIMARY KEY (instance_type, market, valid_from_ms)
) STRICT, WITHOUT ROWID;

-- ---- what runs ---------------------------------------------------------------------------------------------------------

-- SQL warehouses and all-purpose clusters.
CREATE TABLE non_job_compute (
    workspace_id TEXT NOT NULL REFERENCES workspace,
    compute_id   TEXT NOT NULL,
    compute_name TEXT NOT NULL,
    compute_type TEXT NOT NULL CHECK (compute_type IN ('SQL_WAREHOUSE', 'APC_CLUSTER')),
    PRIMARY KEY (workspace_id, compute_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    workspace_id  TEXT NOT NULL REFERENCES workspace,
    job_id        TEXT NOT NULL,
    job_name      TEXT NOT NULL,
    description   TEXT,
    tags          TEXT CHECK (tags IS NULL OR json_type(tags) = 'array'), -- ["key:value", ...]
    owner_user_id TEXT REFERENCES users_lookup,
    schedule      TEXT, -- as a person reads it: 'daily 01:30 UTC'
    max_retries   INTEGER NOT NULL DEFAULT 0 CHECK (max_retries >= -1), -- -1 = without end
    compute_kind  TEXT NOT NULL CHECK (compute_kind IN ('JOB_CLUSTER', 'SERVERLESS', 'ALL_PURPOSE')),
    created_ms    INTEGER, -- NULL = not known
    deleted_ms    INTEGER,
    job_key       TEXT GENERATED ALWAYS AS ('job:' || workspace_id || '/' || job_id) VIRTUAL,
    PRIMARY KEY (workspace_id, job_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX jobs_by_key ON jobs (job_key);
CREATE INDEX jobs_by_name ON jobs (job_name);

-- Versions of the compute that a job asks for; valid in [valid_from_ms, valid_to_ms).
CREATE TABLE cluster_config (
    workspace_id           TEXT NOT NULL,
    config_id              TEXT NOT NULL,
    job_id                 TEXT NOT NULL,
    valid_from_ms          INTEGER NOT NULL,
    valid_to_ms            INTEGER CHECK (valid_to_ms > valid_from_ms),
    driver_instance_type   TEXT REFERENCES instance_type, -- NULL: serverless or all-purpose
    worker_instance_type   TEXT REFERENCES instance_type,
    min_nodes              INTEGER, -- workers; set where autoscaling is on
    max_nodes              INTEGER,
    fixed_nodes            INTEGER, -- workers; set where autoscaling is off
    is_autoscaling_enabled INTEGER NOT NULL CHECK (is_autoscaling_enabled IN (0, 1)),
    spot_permille          INTEGER CHECK (spot_permille BETWEEN 0 AND 1000), -- share of the workers
    availability           TEXT CHECK (availability IN ('SPOT', 'SPOT_WITH_FALLBACK', 'ON_DEMAND')),
    is_photon              INTEGER NOT NULL CHECK (is_photon IN (0, 1)),
    instance_pool_id       TEXT REFERENCES instance_pools,
    compute_id             TEXT, -- the all-purpose cluster
    sku                    TEXT NOT NULL,
    label                  TEXT NOT NULL, -- as a person reads it: '8 x r5d.2xlarge, 60 % spot, Photon'
    config_key             TEXT GENERATED ALWAYS AS ('compute:' || workspace_id || '/' || config_id) VIRTUAL,
    PRIMARY KEY (workspace_id, config_id),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs,
    FOREIGN KEY (workspace_id, compute_id) REFERENCES non_job_compute,
    CHECK (worker_instance_type IS NULL OR (is_autoscaling_enabled = 1) = (fixed_nodes IS NULL)),
    CHECK (is_autoscaling_enabled = 0 OR max_nodes >= min_nodes)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX cluster_config_by_key ON cluster_config (config_key);
CREATE INDEX cluster_config_by_job ON cluster_config (workspace_id, job_id, valid_from_ms);

-- Kinds of failure. `template` has what changes from case to case masked.
CREATE TABLE error_signature (
    signature_id     TEXT PRIMARY KEY,
    template         TEXT NOT NULL,
    bucket           TEXT NOT NULL CHECK (bucket IN ('spot', 'memory', 'timeout', 'upstream', 'data', 'permission',
                                                     'library', 'code', 'platform')),
    termination_code TEXT NOT NULL,
    termination_type TEXT NOT NULL CHECK (termination_type IN ('CLIENT_ERROR', 'CLOUD_FAILURE', 'INTERNAL_ERROR'))
) STRICT, WITHOUT ROWID;

-- One row per attempt. A logical run is one scheduled run with all its attempts (1, 2, ... in order of time); it is
-- counted on run_date, the UTC day on which its first attempt began.
CREATE TABLE job_runs (
    workspace_id           TEXT NOT NULL,
    job_run_id             TEXT NOT NULL,
    job_id                 TEXT NOT NULL,
    logical_run_id         TEXT NOT NULL,
    attempt                INTEGER NOT NULL CHECK (attempt >= 1),
    is_final               INTEGER NOT NULL CHECK (is_final IN (0, 1)), -- the last attempt: its status is the run's
    trigger_type           TEXT NOT NULL CHECK (trigger_type IN ('PERIODIC', 'ONE_TIME', 'RETRY', 'REPAIR')),
    run_date               TEXT NOT NULL,
    scheduled_ms           INTEGER,
    start_ms               INTEGER NOT NULL,
    end_ms                 INTEGER CHECK (end_ms >= start_ms), -- NULL while it runs
    queue_ms               INTEGER CHECK (queue_ms >= 0), -- before start_ms
    setup_ms               INTEGER CHECK (setup_ms >= 0), -- part of the duration
    start_time             TEXT GENERATED ALWAYS AS
                               (strftime('%Y-%m-%dT%H:%M:%fZ', start_ms / 1000.0, 'unixepoch')) VIRTUAL,
    end_time               TEXT GENERATED ALWAYS AS
                               (strftime('%Y-%m-%dT%H:%M:%fZ', end_ms / 1000.0, 'unixepoch')) VIRTUAL,
    duration_ms            INTEGER GENERATED ALWAYS AS (end_ms - start_ms) VIRTUAL,
    run_status             TEXT NOT NULL CHECK (run_status IN ('SUCCESS', 'FAILED', 'SKIPPED', 'CANCELLED', 'RUNNING')),
    termination_code       TEXT, -- as the platform gives it; NULL while it runs
    error_summary          TEXT, -- all lines
    error_signature_id     TEXT REFERENCES error_signature,
    config_id              TEXT,
    driver_instance_type   TEXT REFERENCES instance_type,
    worker_instance_type   TEXT REFERENCES instance_type,
    is_fleet_cluster       INTEGER NOT NULL DEFAULT 0 CHECK (is_fleet_cluster IN (0, 1)),
    instance_pool_id       TEXT REFERENCES instance_pools,
    min_nodes              INTEGER,
    max_nodes              INTEGER,
    fixed_nodes            INTEGER,
    is_autoscaling_enabled INTEGER NOT NULL DEFAULT 0 CHECK (is_autoscaling_enabled IN (0, 1)),
    worker_nodes           INTEGER CHECK (worker_nodes >= 0), -- that this attempt had
    spot_permille          INTEGER CHECK (spot_permille BETWEEN 0 AND 1000),
    spot_ratio             REAL GENERATED ALWAYS AS (spot_permille / 1000.0) VIRTUAL,
    compute_id             TEXT, -- the all-purpose cluster that it shared
    job_key                TEXT GENERATED ALWAYS AS ('job:' || workspace_id || '/' || job_id) VIRTUAL,
    run_key                TEXT GENERATED ALWAYS AS ('run:' || workspace_id || '/' || logical_run_id) VIRTUAL,
    PRIMARY KEY (workspace_id, job_run_id),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs,
    FOREIGN KEY (workspace_id, config_id) REFERENCES cluster_config,
    FOREIGN KEY (workspace_id, compute_id) REFERENCES non_job_compute,
    CHECK ((run_status = 'RUNNING') = (end_ms IS NULL)),
    CHECK ((run_status = 'RUNNING') = (termination_code IS NULL)),
    CHECK (run_status <> 'FAILED' OR error_summary IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX job_runs_by_logical ON job_runs (workspace_id, logical_run_id, attempt);
CREATE INDEX job_runs_by_job ON job_runs (workspace_id, job_id, run_date, run_status, is_final, start_ms, end_ms);
CREATE INDEX job_runs_failed ON job_runs (workspace_id, job_id, end_ms, run_date, job_run_id) WHERE run_status = 'FAILED';
CREATE INDEX job_runs_by_job_key ON job_runs (job_key);
CREATE INDEX job_runs_by_run_key ON job_runs (run_key);
CREATE INDEX job_runs_by_config ON job_runs (workspace_id, config_id);
CREATE INDEX job_runs_by_compute ON job_runs (workspace_id, compute_id, run_date) WHERE compute_id IS NOT NULL;

-- Every recorded change of a job or its compute.
CREATE TABLE change_event (
    workspace_id TEXT NOT NULL,
    change_id    TEXT NOT NULL,
    job_id       TEXT NOT NULL,
    at_ms        INTEGER NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('COMPUTE', 'CODE', 'SCHEDULE', 'OWNER', 'TAGS', 'DESCRIPTION')),
    by_user_id   TEXT REFERENCES users_lookup,
    summary      TEXT NOT NULL,
    before_json  TEXT CHECK (before_json IS NULL OR json_valid(before_json)),
    after_json   TEXT CHECK (after_json IS NULL OR json_valid(after_json)),
    ref          TEXT, -- ticket or commit
    change_key   TEXT GENERATED ALWAYS AS ('change:' || workspace_id || '/' || change_id) VIRTUAL,
    job_key      TEXT GENERATED ALWAYS AS ('job:' || workspace_id || '/' || job_id) VIRTUAL,
    PRIMARY KEY (workspace_id, change_id),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs
) STRICT, WITHOUT ROWID;
CREATE INDEX change_event_by_job_key ON change_event (job_key, at_ms);

-- ---- the two layers of cost -----------------------------------------------------------------------------------------------

-- Billed DBUs at list price: one row per parent, SKU and UTC day. job_id is what the bill says: usage of a job on an
-- all-purpose cluster is billed to the cluster and has none.
CREATE TABLE compute_usage (
    compute_usage_id      TEXT PRIMARY KEY,
    workspace_id          TEXT NOT NULL REFERENCES workspace,
    parent_id             TEXT NOT NULL,
    parent_type           TEXT NOT NULL CHECK (parent_type IN ('JOB_RUN', 'SQL_WAREHOUSE', 'APC_CLUSTER')),
    product               TEXT NOT NULL CHECK (product IN ('JOBS', 'SQL', 'ALL_PURPOSE')),
    job_id                TEXT,
    compute_sku           TEXT NOT NULL,
    start_ms              INTEGER NOT NULL,
    end_ms                INTEGER NOT NULL,
    usage_date            TEXT NOT NULL,
    udbu                  INTEGER NOT NULL CHECK (udbu >= 0),
    uusd_per_dbu          INTEGER NOT NULL CHECK (uusd_per_dbu >= 0), -- list price valid at start_ms
    cost_uusd             INTEGER NOT NULL CHECK (cost_uusd >= 0), -- udbu x price, half up
    dbus_consumed         REAL GENERATED ALWAYS AS (udbu / 1000000.0) VIRTUAL,
    total_cost            REAL GENERATED ALWAYS AS (cost_uusd / 1000000.0) VIRTUAL,
    cluster_id            TEXT,
    cluster_instance_type TEXT REFERENCES instance_type,
    cpu_permille          INTEGER CHECK (cpu_permille BETWEEN 0 AND 1000), -- NULL: not measured
    memory_mb             INTEGER CHECK (memory_mb >= 0), -- used, mean per node
    avg_cpu_utilization   REAL GENERATED ALWAYS AS (cpu_permille / 1000.0) VIRTUAL,
    avg_memory_gb         REAL GENERATED ALWAYS AS (memory_mb / 1024.0) VIRTUAL,
    peak_concurrent_users INTEGER,
    is_production         INTEGER NOT NULL CHECK (is_production IN (0, 1)),
    job_run_id            TEXT GENERATED ALWAYS AS (CASE parent_type WHEN 'JOB_RUN' THEN parent_id END) VIRTUAL,
    compute_id            TEXT GENERATED ALWAYS AS (CASE parent_type WHEN 'JOB_RUN' THEN NULL ELSE parent_id END) VIRTUAL,
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs,
    FOREIGN KEY (workspace_id, job_run_id) REFERENCES job_runs,
    FOREIGN KEY (workspace_id, compute_id) REFERENCES non_job_compute,
    CHECK (end_ms > start_ms),
    CHECK ((parent_type = 'JOB_RUN') = (job_id IS NOT NULL))
) STRICT;
CREATE INDEX compute_usage_by_parent ON compute_usage (parent_id, parent_type);
CREATE INDEX compute_usage_by_date ON compute_usage (usage_date, product, workspace_id, job_id, compute_id, cost_uusd);
CREATE INDEX compute_usage_by_cost ON compute_usage (cost_uusd);
CREATE INDEX compute_usage_by_job ON compute_usage (workspace_id, job_id, usage_date, cost_uusd);
CREATE INDEX compute_usage_by_run ON compute_usage (workspace_id, job_run_id, usage_date, cost_uusd);

-- Node time of one parent, UTC day, market and instance type, and what the machines cost: an estimate, not a bill.
-- Serverless compute has no rows: its machines are in the DBU price.
CREATE TABLE node_usage (
    workspace_id  TEXT NOT NULL REFERENCES workspace,
    parent_id     TEXT NOT NULL,
    parent_type   TEXT NOT NULL CHECK (parent_type IN ('JOB_RUN', 'APC_CLUSTER')),
    job_id        TEXT,
    usage_date    TEXT NOT NULL,
    market        TEXT NOT NULL CHECK (market IN ('ON_DEMAND', 'SPOT')),
    instance_type TEXT NOT NULL REFERENCES instance_type,
    nodes         INTEGER NOT NULL CHECK (nodes > 0),
    node_ms       INTEGER NOT NULL CHECK (node_ms >= 0), -- sum over the nodes
    udbu          INTEGER NOT NULL CHECK (udbu >= 0),
    uusd_per_hour INTEGER NOT NULL CHECK (uusd_per_hour >= 0),
    vm_uusd       INTEGER NOT NULL CHECK (vm_uusd >= 0), -- node_ms x price, half up
    job_run_id    TEXT GENERATED ALWAYS AS (CASE parent_type WHEN 'JOB_RUN' THEN parent_id END) VIRTUAL,
    compute_id    TEXT GENERATED ALWAYS AS (CASE parent_type WHEN 'JOB_RUN' THEN NULL ELSE parent_id END) VIRTUAL,
    PRIMARY KEY (workspace_id, parent_id, usage_date, market, instance_type),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs,
    FOREIGN KEY (workspace_id, job_run_id) REFERENCES job_runs,
    FOREIGN KEY (workspace_id, compute_id) REFERENCES non_job_compute,
    CHECK ((parent_type = 'JOB_RUN') = (job_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX node_usage_by_job ON node_usage (workspace_id, job_id, usage_date, market, vm_uusd, node_ms);

-- ---- what happened ------------------------------------------------------------------------------------------------------------

CREATE TABLE eviction_details (
    eviction_id            TEXT PRIMARY KEY,
    workspace_id           TEXT NOT NULL REFERENCES workspace,
    job_run_id             TEXT NOT NULL,
    cloud_instance_id      TEXT NOT NULL,
    eviction_ms            INTEGER NOT NULL,
    eviction_time          TEXT GENERATED ALWAYS AS
                               (strftime('%Y-%m-%dT%H:%M:%fZ', eviction_ms / 1000.0, 'unixepoch')) VIRTUAL,
    cloud_provider_message TEXT,
    eviction_reason        TEXT CHECK (eviction_reason IN ('CAPACITY_CHANGE', 'PRICE_CHANGE', 'INSTANCE_FAILURE',
                                                           'MAINTENANCE')),
    spot_price_uusd        INTEGER CHECK (spot_price_uusd >= 0), -- per node-hour at that time
    spot_price             REAL GENERATED ALWAYS AS (spot_price_uusd / 1000000.0) VIRTUAL,
    eviction_action        TEXT CHECK (eviction_action IN ('STOP_DEALLOCATE', 'DELETE')),
    was_retried            INTEGER NOT NULL CHECK (was_retried IN (0, 1)), -- a later attempt followed
    caused_failure         INTEGER NOT NULL CHECK (caused_failure IN (0, 1)),
    evidence               TEXT NOT NULL CHECK (evidence IN ('api_event', 'inferred', 'config_only')),
    eviction_key           TEXT GENERATED ALWAYS AS ('eviction:' || workspace_id || '/' || eviction_id) VIRTUAL,
    FOREIGN KEY (workspace_id, job_run_id) REFERENCES job_runs
) STRICT, WITHOUT ROWID;
CREATE INDEX eviction_details_by_run ON eviction_details (workspace_id, job_run_id);

CREATE TABLE events (
    event_id         TEXT PRIMARY KEY,
    workspace_id     TEXT NOT NULL REFERENCES workspace,
    compute_usage_id TEXT REFERENCES compute_usage,
    event_ms         INTEGER NOT NULL,
    event_time       TEXT GENERATED ALWAYS AS
                         (strftime('%Y-%m-%dT%H:%M:%fZ', event_ms / 1000.0, 'unixepoch')) VIRTUAL,
    event_type       TEXT NOT NULL CHECK (event_type IN ('CLUSTER_START', 'CLUSTER_TERMINATE', 'SPOT_EVICTION',
                                                         'AUTOSCALING', 'CONFIG_CHANGE')),
    user_id          TEXT REFERENCES users_lookup, -- NULL: the platform itself
    details          TEXT,
    eviction_id      TEXT REFERENCES eviction_details,
    job_run_id       TEXT,
    FOREIGN KEY (workspace_id, job_run_id) REFERENCES job_runs,
    CHECK ((event_type = 'SPOT_EVICTION') = (eviction_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_time ON events (event_ms);
CREATE INDEX events_by_type ON events (event_type);
CREATE INDEX events_by_run ON events (workspace_id, job_run_id) WHERE job_run_id IS NOT NULL;

CREATE TABLE sql_query_history (
    query_id      TEXT PRIMARY KEY,
    workspace_id  TEXT NOT NULL,
    parent_id     TEXT NOT NULL, -- the warehouse
    user_id       TEXT NOT NULL REFERENCES users_lookup,
    start_ms      INTEGER NOT NULL,
    start_time    TEXT GENERATED ALWAYS AS
                      (strftime('%Y-%m-%dT%H:%M:%fZ', start_ms / 1000.0, 'unixepoch')) VIRTUAL,
    duration_ms   INTEGER NOT NULL CHECK (duration_ms >= 0),
    warehouse_sku TEXT NOT NULL,
    sql_text      TEXT,
    error_message TEXT,
    FOREIGN KEY (workspace_id, parent_id) REFERENCES non_job_compute
) STRICT, WITHOUT ROWID;
CREATE INDEX sql_query_history_by_parent ON sql_query_history (workspace_id, parent_id, start_ms);
