-- The facts database, schema version 3. Disposable: it is built again from this file and a seed (or, later, a sync).
--
-- The ten tables of the original keep their names and columns. Where it stored REAL money or text times, the stored
-- value is an INTEGER (micro-dollars `_uusd`, micro-DBU `_udbu`, milliseconds UTC `_ms`, per mille `_permille`) and the
-- original column is generated from it. Ids of jobs, runs and compute are unique per workspace only, so keys are
-- composite. `*_key` is the entity id "<kind>:<workspace_id>/<native id>", the same text that entity_id() makes.
-- Days are UTC days, text 'YYYY-MM-DD'. NULL is "not known" or "does not apply", never zero. Rollups: sql/rollups.sql.
PRAGMA user_version = 3;

-- schema_version, sample (1 = generated), seed and scale of a generated estate, generation (changes with the content), first_day
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each source goes: complete_until is its newest day that has all of its rows.
CREATE TABLE data_mark (
    source         TEXT PRIMARY KEY CHECK (source IN ('usage', 'nodes', 'runs', 'events', 'queries', 'datasets')),
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
    workspace_url  TEXT, -- 'https://<host>', no slash at the end
    workspace_key  TEXT GENERATED ALWAYS AS ('workspace:' || workspace_id || '/' || workspace_id) VIRTUAL
) STRICT, WITHOUT ROWID;

CREATE TABLE users_lookup (
    user_id      TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    workspace_id TEXT NOT NULL REFERENCES workspace,
    department   TEXT,
    cost_centre  TEXT, -- of the department
    is_service   INTEGER NOT NULL DEFAULT 0 CHECK (is_service IN (0, 1)), -- a service principal
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

-- What the invoice takes off the list price of the SKUs that match `sku_pattern` (LIKE); at most one is valid for a SKU at a time.
CREATE TABLE discount (
    discount_id   TEXT PRIMARY KEY,
    sku_pattern   TEXT NOT NULL,
    permille      INTEGER NOT NULL CHECK (permille BETWEEN 0 AND 1000),
    valid_from_ms INTEGER NOT NULL,
    valid_to_ms   INTEGER CHECK (valid_to_ms > valid_from_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE budget (
    budget_id    TEXT PRIMARY KEY,
    month        TEXT NOT NULL CHECK (date(month || '-01') = month || '-01'),
    workspace_id TEXT REFERENCES workspace, -- NULL: all workspaces
    department   TEXT, -- NULL: all departments
    amount_uusd  INTEGER NOT NULL CHECK (amount_uusd > 0) -- list price, DBU and machines
) STRICT, WITHOUT ROWID;

-- ---- what runs ---------------------------------------------------------------------------------------------------------

-- SQL warehouses and all-purpose clusters.
CREATE TABLE non_job_compute (
    workspace_id           TEXT NOT NULL REFERENCES workspace,
    compute_id             TEXT NOT NULL,
    compute_name           TEXT NOT NULL,
    compute_type           TEXT NOT NULL CHECK (compute_type IN ('SQL_WAREHOUSE', 'APC_CLUSTER')),
    owner_user_id          TEXT REFERENCES users_lookup,
    tags                   TEXT CHECK (tags IS NULL OR json_type(tags) = 'array'),
    warehouse_type         TEXT CHECK (warehouse_type IN ('CLASSIC', 'PRO', 'SERVERLESS')), -- warehouses only, like the next four
    warehouse_size         TEXT,
    auto_stop_mins         INTEGER CHECK (auto_stop_mins >= 0), -- 0 = never
    min_clusters           INTEGER CHECK (min_clusters > 0),
    max_clusters           INTEGER CHECK (max_clusters >= min_clusters),
    auto_termination_mins  INTEGER CHECK (auto_termination_mins >= 0), -- all-purpose clusters only, 0 = never
    created_ms             INTEGER,
    compute_key            TEXT GENERATED ALWAYS AS ('resource:' || workspace_id || '/' || compute_id) VIRTUAL,
    PRIMARY KEY (workspace_id, compute_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    workspace_id  TEXT NOT NULL REFERENCES workspace,
    job_id        TEXT NOT NULL,
    job_name      TEXT NOT NULL,
    description   TEXT,
    tags          TEXT CHECK (tags IS NULL OR json_type(tags) = 'array'), -- ["key:value", ...]
    owner_user_id TEXT REFERENCES users_lookup, -- department and cost centre are the owner's
    backup_owner_user_id TEXT REFERENCES users_lookup,
    runbook_url   TEXT,
    schedule      TEXT, -- as a person reads it: 'daily 01:30 UTC'
    max_retries   INTEGER NOT NULL DEFAULT 0 CHECK (max_retries >= -1), -- -1 = without end
    compute_kind  TEXT NOT NULL CHECK (compute_kind IN ('JOB_CLUSTER', 'SERVERLESS', 'ALL_PURPOSE')),
    availability  TEXT CHECK (availability IN ('SPOT', 'SPOT_WITH_FALLBACK', 'ON_DEMAND')), -- now; NULL: no cluster of its own
    first_on_demand INTEGER CHECK (first_on_demand >= 0), -- nodes that are never spot, the driver first
    zone          TEXT, -- 'auto' or one zone
    timeout_s     INTEGER CHECK (timeout_s > 0), -- NULL = none
    created_ms    INTEGER, -- NULL = not known
    deleted_ms    INTEGER,
    job_key       TEXT GENERATED ALWAYS AS ('job:' || workspace_id || '/' || job_id) VIRTUAL,
    PRIMARY KEY (workspace_id, job_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX jobs_by_key ON jobs (job_key);
CREATE INDEX jobs_by_name ON jobs (job_name);

-- The tags of jobs.tags, one row per key: "team:finance" is ('team', 'finance'), "SLA-4hr" is ('SLA-4hr', '').
CREATE TABLE job_tag (
    workspace_id TEXT NOT NULL,
    job_id       TEXT NOT NULL,
    key          TEXT NOT NULL,
    value        TEXT NOT NULL,
    PRIMARY KEY (workspace_id, job_id, key),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs
) STRICT, WITHOUT ROWID;
CREATE INDEX job_tag_by_key ON job_tag (key, value);

CREATE TABLE compute_tag (
    workspace_id TEXT NOT NULL,
    compute_id   TEXT NOT NULL,
    key          TEXT NOT NULL,
    value        TEXT NOT NULL,
    PRIMARY KEY (workspace_id, compute_id, key),
    FOREIGN KEY (workspace_id, compute_id) REFERENCES non_job_compute
) STRICT, WITHOUT ROWID;

-- What was promised: done by `deadline_local` on the day of the schedule, in no more than `max_duration_s`.
CREATE TABLE sla (
    workspace_id    TEXT NOT NULL,
    job_id          TEXT NOT NULL,
    criticality     TEXT NOT NULL CHECK (criticality IN ('critical', 'standard', 'best-effort')),
    target_permille INTEGER NOT NULL CHECK (target_permille BETWEEN 1 AND 1000), -- of the runs
    deadline_local  TEXT CHECK (strftime('%H:%M', deadline_local) = deadline_local),
    tz              TEXT NOT NULL DEFAULT 'UTC',
    max_duration_s  INTEGER CHECK (max_duration_s > 0),
    penalty_uusd_per_min INTEGER CHECK (penalty_uusd_per_min >= 0),
    PRIMARY KEY (workspace_id, job_id),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs
) STRICT, WITHOUT ROWID;

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

-- The tasks of an attempt, each on its cluster (NULL: serverless or shared).
CREATE TABLE task_runs (
    workspace_id     TEXT NOT NULL,
    job_run_id       TEXT NOT NULL,
    task_key         TEXT NOT NULL,
    depends_on       TEXT, -- task_key of the task before it
    start_ms         INTEGER NOT NULL,
    end_ms           INTEGER CHECK (end_ms >= start_ms), -- NULL while it runs
    run_status       TEXT NOT NULL CHECK (run_status IN ('SUCCESS', 'FAILED', 'SKIPPED', 'CANCELLED', 'RUNNING')),
    termination_code TEXT,
    error_line       TEXT, -- first line of the error
    cluster_id       TEXT,
    PRIMARY KEY (workspace_id, job_run_id, task_key),
    FOREIGN KEY (workspace_id, job_run_id) REFERENCES job_runs,
    CHECK ((run_status = 'RUNNING') = (end_ms IS NULL))
) STRICT, WITHOUT ROWID;

-- What an attempt read, wrote and spilled; an attempt without a row was not measured (classic jobs need a listener).
CREATE TABLE run_metrics (
    workspace_id        TEXT NOT NULL,
    job_run_id          TEXT NOT NULL,
    input_bytes         INTEGER CHECK (input_bytes >= 0),
    input_rows          INTEGER CHECK (input_rows >= 0),
    output_bytes        INTEGER CHECK (output_bytes >= 0),
    output_rows         INTEGER CHECK (output_rows >= 0),
    shuffle_read_bytes  INTEGER CHECK (shuffle_read_bytes >= 0),
    shuffle_write_bytes INTEGER CHECK (shuffle_write_bytes >= 0),
    spill_mem_bytes     INTEGER CHECK (spill_mem_bytes >= 0),
    spill_disk_bytes    INTEGER CHECK (spill_disk_bytes >= 0),
    max_task_ms         INTEGER CHECK (max_task_ms >= 0), -- of the stage that took longest
    p75_task_ms         INTEGER CHECK (p75_task_ms >= 0),
    PRIMARY KEY (workspace_id, job_run_id),
    FOREIGN KEY (workspace_id, job_run_id) REFERENCES job_runs
) STRICT, WITHOUT ROWID;

-- Every recorded change of a job, its compute, a shared resource or a dataset.
CREATE TABLE change_event (
    workspace_id TEXT NOT NULL REFERENCES workspace,
    change_id    TEXT NOT NULL,
    job_id       TEXT, -- what was changed: exactly one of job, resource and dataset
    compute_id   TEXT,
    dataset_id   TEXT REFERENCES dataset,
    at_ms        INTEGER NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('COMPUTE', 'CODE', 'SCHEDULE', 'OWNER', 'TAGS', 'DESCRIPTION', 'SCHEMA')),
    by_user_id   TEXT REFERENCES users_lookup,
    summary      TEXT NOT NULL,
    before_json  TEXT CHECK (before_json IS NULL OR json_valid(before_json)),
    after_json   TEXT CHECK (after_json IS NULL OR json_valid(after_json)),
    ref          TEXT, -- ticket or commit
    change_key   TEXT GENERATED ALWAYS AS ('change:' || workspace_id || '/' || change_id) VIRTUAL,
    job_key      TEXT GENERATED ALWAYS AS ('job:' || workspace_id || '/' || job_id) VIRTUAL,
    PRIMARY KEY (workspace_id, change_id),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs,
    FOREIGN KEY (workspace_id, compute_id) REFERENCES non_job_compute,
    CHECK ((job_id IS NOT NULL) + (compute_id IS NOT NULL) + (dataset_id IS NOT NULL) = 1)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_event_by_job_key ON change_event (job_key, at_ms);
CREATE INDEX change_event_by_time ON change_event (at_ms);

-- ---- the two layers of cost -----------------------------------------------------------------------------------------------

-- Billed DBUs at list price, as the bill gives them: one row per parent, SKU, cluster and UTC hour. A correction is a row more with
-- the old usage_date and a later ingestion_date: RETRACTION takes the row of the same id back (negative quantity), RESTATEMENT
-- bills it anew. What was used is the sum over all record types. job_id is what the bill says: usage of a job on an all-purpose
-- cluster is billed to the cluster and has none.
CREATE TABLE compute_usage (
    compute_usage_id      TEXT NOT NULL,
    record_type           TEXT NOT NULL DEFAULT 'ORIGINAL' CHECK (record_type IN ('ORIGINAL', 'RETRACTION', 'RESTATEMENT')),
    workspace_id          TEXT NOT NULL REFERENCES workspace,
    parent_id             TEXT NOT NULL,
    parent_type           TEXT NOT NULL CHECK (parent_type IN ('JOB_RUN', 'SQL_WAREHOUSE', 'APC_CLUSTER')),
    product               TEXT NOT NULL CHECK (product IN ('JOBS', 'SQL', 'ALL_PURPOSE')),
    job_id                TEXT,
    compute_sku           TEXT NOT NULL,
    start_ms              INTEGER NOT NULL,
    end_ms                INTEGER NOT NULL,
    usage_date            TEXT NOT NULL,
    ingestion_date        TEXT NOT NULL,
    udbu                  INTEGER NOT NULL,
    uusd_per_dbu          INTEGER NOT NULL CHECK (uusd_per_dbu >= 0), -- list price valid at start_ms
    cost_uusd             INTEGER NOT NULL, -- udbu x price, half up; of a retraction the negative of it
    dbus_consumed         REAL GENERATED ALWAYS AS (udbu / 1000000.0) VIRTUAL,
    total_cost            REAL GENERATED ALWAYS AS (cost_uusd / 1000000.0) VIRTUAL,
    cluster_id            TEXT,
    cluster_instance_type TEXT REFERENCES instance_type,
    cpu_permille          INTEGER CHECK (cpu_permille BETWEEN 0 AND 1000), -- NULL: not measured
    memory_mb             INTEGER CHECK (memory_mb >= 0), -- used, mean per node
    avg_cpu_utilization   REAL GENERATED ALWAYS AS (cpu_permille / 1000.0) VIRTUAL,
    avg_memory_gb         REAL GENERATED ALWAYS AS (memory_mb / 1024.0) VIRTUAL,
    peak_concurrent_users INTEGER,
    is_production         INTEGER CHECK (is_production IN (0, 1)), -- NULL: no env tag
    job_run_id            TEXT GENERATED ALWAYS AS (CASE parent_type WHEN 'JOB_RUN' THEN parent_id END) VIRTUAL,
    compute_id            TEXT GENERATED ALWAYS AS (CASE parent_type WHEN 'JOB_RUN' THEN NULL ELSE parent_id END) VIRTUAL,
    PRIMARY KEY (compute_usage_id, record_type),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs,
    FOREIGN KEY (workspace_id, job_run_id) REFERENCES job_runs,
    FOREIGN KEY (workspace_id, compute_id) REFERENCES non_job_compute,
    CHECK (end_ms > start_ms),
    CHECK (ingestion_date >= usage_date),
    CHECK (iif(record_type = 'RETRACTION', udbu <= 0 AND cost_uusd <= 0, udbu >= 0 AND cost_uusd >= 0)),
    CHECK ((parent_type = 'JOB_RUN') = (job_id IS NOT NULL))
) STRICT;
CREATE INDEX compute_usage_by_parent ON compute_usage (workspace_id, parent_id);
CREATE INDEX compute_usage_by_date ON compute_usage (usage_date, workspace_id, parent_id); -- the order in which the rollups group
CREATE INDEX compute_usage_corrected ON compute_usage (usage_date) WHERE record_type <> 'ORIGINAL';

-- Node time of one parent, UTC day, role, market and instance type, what the machines cost (an estimate, not a bill) and how
-- busy they were (from per-minute samples; NULL: not measured). Serverless compute has no rows: its machines are in the DBU price.
CREATE TABLE node_usage (
    workspace_id     TEXT NOT NULL REFERENCES workspace,
    parent_id        TEXT NOT NULL,
    parent_type      TEXT NOT NULL CHECK (parent_type IN ('JOB_RUN', 'APC_CLUSTER')),
    job_id           TEXT,
    usage_date       TEXT NOT NULL,
    role             TEXT NOT NULL CHECK (role IN ('DRIVER', 'WORKER')),
    market           TEXT NOT NULL CHECK (market IN ('ON_DEMAND', 'SPOT')),
    instance_type    TEXT NOT NULL REFERENCES instance_type,
    nodes            INTEGER NOT NULL CHECK (nodes > 0),
    node_ms          INTEGER NOT NULL CHECK (node_ms >= 0), -- sum over the nodes
    udbu             INTEGER NOT NULL CHECK (udbu >= 0),
    uusd_per_hour    INTEGER NOT NULL CHECK (uusd_per_hour >= 0),
    vm_uusd          INTEGER NOT NULL CHECK (vm_uusd >= 0), -- node_ms x price, half up
    cpu_p50_permille INTEGER CHECK (cpu_p50_permille BETWEEN 0 AND 1000), -- user + system
    cpu_p95_permille INTEGER CHECK (cpu_p95_permille BETWEEN cpu_p50_permille AND 1000),
    mem_p95_permille INTEGER CHECK (mem_p95_permille BETWEEN 0 AND 1000),
    wait_permille    INTEGER CHECK (wait_permille BETWEEN 0 AND 1000), -- CPU waiting for I/O
    swap_permille    INTEGER CHECK (swap_permille BETWEEN 0 AND 1000),
    job_run_id       TEXT GENERATED ALWAYS AS (CASE parent_type WHEN 'JOB_RUN' THEN parent_id END) VIRTUAL,
    compute_id       TEXT GENERATED ALWAYS AS (CASE parent_type WHEN 'JOB_RUN' THEN NULL ELSE parent_id END) VIRTUAL,
    PRIMARY KEY (workspace_id, parent_id, usage_date, role, market, instance_type),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs,
    FOREIGN KEY (workspace_id, job_run_id) REFERENCES job_runs,
    FOREIGN KEY (workspace_id, compute_id) REFERENCES non_job_compute,
    CHECK ((parent_type = 'JOB_RUN') = (job_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
-- The same order, and all that the rollups add up.
CREATE INDEX node_usage_by_date ON node_usage (usage_date, workspace_id, parent_id, market, node_ms, udbu, vm_uusd);

-- One row per hour in which a warehouse or an all-purpose cluster was up. Idle time is paid_ms - used_ms.
CREATE TABLE resource_hour (
    workspace_id TEXT NOT NULL,
    compute_id   TEXT NOT NULL,
    hour_ms      INTEGER NOT NULL CHECK (hour_ms % 3600000 = 0),
    usage_date   TEXT NOT NULL,
    paid_ms      INTEGER NOT NULL CHECK (paid_ms BETWEEN 1 AND 3600000), -- up
    used_ms      INTEGER NOT NULL CHECK (used_ms BETWEEN 0 AND paid_ms), -- with a query, command or task running
    clusters     INTEGER NOT NULL CHECK (clusters > 0),
    PRIMARY KEY (workspace_id, compute_id, hour_ms),
    FOREIGN KEY (workspace_id, compute_id) REFERENCES non_job_compute
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_hour_by_date ON resource_hour (usage_date);

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
    compute_usage_id TEXT, -- the usage row (ORIGINAL) of that time
    event_ms         INTEGER NOT NULL,
    event_time       TEXT GENERATED ALWAYS AS
                         (strftime('%Y-%m-%dT%H:%M:%fZ', event_ms / 1000.0, 'unixepoch')) VIRTUAL,
    event_type       TEXT NOT NULL CHECK (event_type IN ('CLUSTER_START', 'CLUSTER_TERMINATE', 'SPOT_EVICTION',
                                                         'AUTOSCALING', 'CONFIG_CHANGE')),
    user_id          TEXT REFERENCES users_lookup, -- NULL: the platform itself
    details          TEXT,
    eviction_id      TEXT REFERENCES eviction_details,
    job_run_id       TEXT,
    compute_id       TEXT, -- a warehouse or all-purpose cluster
    FOREIGN KEY (workspace_id, job_run_id) REFERENCES job_runs,
    FOREIGN KEY (workspace_id, compute_id) REFERENCES non_job_compute,
    CHECK ((event_type = 'SPOT_EVICTION') = (eviction_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_time ON events (event_ms);
CREATE INDEX events_by_type ON events (event_type);
CREATE INDEX events_by_run ON events (workspace_id, job_run_id) WHERE job_run_id IS NOT NULL;

CREATE TABLE sql_query_history (
    query_id           TEXT PRIMARY KEY,
    workspace_id       TEXT NOT NULL,
    parent_id          TEXT NOT NULL, -- the warehouse
    user_id            TEXT NOT NULL REFERENCES users_lookup,
    start_ms           INTEGER NOT NULL,
    start_time         TEXT GENERATED ALWAYS AS
                           (strftime('%Y-%m-%dT%H:%M:%fZ', start_ms / 1000.0, 'unixepoch')) VIRTUAL,
    duration_ms        INTEGER NOT NULL CHECK (duration_ms >= 0), -- execution, after waiting
    queued_ms          INTEGER CHECK (queued_ms >= 0), -- before start_ms
    status             TEXT NOT NULL CHECK (status IN ('FINISHED', 'FAILED', 'CANCELED')),
    statement_type     TEXT,
    client_application TEXT,
    warehouse_sku      TEXT NOT NULL,
    sql_text           TEXT, -- NULL: redacted
    fingerprint        TEXT, -- the same for statements that differ in literals only
    read_bytes         INTEGER CHECK (read_bytes >= 0),
    spilled_bytes      INTEGER CHECK (spilled_bytes >= 0),
    produced_rows      INTEGER CHECK (produced_rows >= 0),
    error_message      TEXT,
    FOREIGN KEY (workspace_id, parent_id) REFERENCES non_job_compute,
    CHECK ((status = 'FAILED') = (error_message IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX sql_query_history_by_parent ON sql_query_history (workspace_id, parent_id, start_ms, duration_ms);
CREATE INDEX sql_query_history_by_time ON sql_query_history (start_ms);

CREATE TABLE incident (
    workspace_id TEXT NOT NULL,
    incident_id  TEXT NOT NULL,
    job_id       TEXT NOT NULL,
    severity     TEXT NOT NULL CHECK (severity IN ('SEV1', 'SEV2', 'SEV3')),
    title        TEXT NOT NULL,
    opened_ms    INTEGER NOT NULL,
    ack_ms       INTEGER CHECK (ack_ms >= opened_ms),
    resolved_ms  INTEGER CHECK (resolved_ms >= ack_ms), -- NULL: open
    PRIMARY KEY (workspace_id, incident_id),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs
) STRICT, WITHOUT ROWID;

-- Days that are not like others for a reason that everybody knows.
CREATE TABLE calendar_event (
    event_id     TEXT PRIMARY KEY,
    workspace_id TEXT REFERENCES workspace, -- NULL: all
    first_date   TEXT NOT NULL CHECK (date(first_date) = first_date),
    last_date    TEXT NOT NULL CHECK (date(last_date) = last_date AND last_date >= first_date),
    kind         TEXT NOT NULL CHECK (kind IN ('HOLIDAY', 'PEAK', 'CLOSE', 'MAINTENANCE')),
    name         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- ---- data sets ------------------------------------------------------------------------------------------------------------

CREATE TABLE dataset (
    dataset_id    TEXT PRIMARY KEY, -- the full name, unique in the account: 'prod.gold.orders'
    workspace_id  TEXT NOT NULL REFERENCES workspace, -- where it is made
    layer         TEXT NOT NULL CHECK (layer IN ('source', 'bronze', 'silver', 'gold')),
    tier          INTEGER CHECK (tier BETWEEN 1 AND 4), -- 1 = most important
    owner_user_id TEXT REFERENCES users_lookup,
    description   TEXT,
    dataset_key   TEXT GENERATED ALWAYS AS ('dataset:' || workspace_id || '/' || dataset_id) VIRTUAL
) STRICT, WITHOUT ROWID;

-- One load of a dataset.
CREATE TABLE dataset_commit (
    dataset_id   TEXT NOT NULL REFERENCES dataset,
    version      INTEGER NOT NULL CHECK (version >= 1),
    at_ms        INTEGER NOT NULL,
    operation    TEXT NOT NULL CHECK (operation IN ('WRITE', 'MERGE', 'OPTIMIZE')),
    rows         INTEGER CHECK (rows >= 0), -- NULL: not reported
    bytes        INTEGER CHECK (bytes >= 0),
    workspace_id TEXT, -- of the attempt that wrote it; NULL: from outside
    job_run_id   TEXT,
    PRIMARY KEY (dataset_id, version),
    FOREIGN KEY (workspace_id, job_run_id) REFERENCES job_runs
) STRICT, WITHOUT ROWID;
CREATE INDEX dataset_commit_by_time ON dataset_commit (dataset_id, at_ms);

-- What reads src and writes dst. src NULL: from outside; dst NULL: a reader that writes nothing (a dashboard).
CREATE TABLE lineage_edge (
    edge_id             INTEGER PRIMARY KEY,
    src_dataset_id      TEXT REFERENCES dataset,
    dst_dataset_id      TEXT REFERENCES dataset,
    entity_type         TEXT NOT NULL CHECK (entity_type IN ('JOB', 'DASHBOARD', 'QUERY')),
    workspace_id        TEXT NOT NULL REFERENCES workspace,
    job_id              TEXT,
    entity_name         TEXT NOT NULL,
    first_seen_ms       INTEGER NOT NULL,
    last_seen_ms        INTEGER NOT NULL CHECK (last_seen_ms >= first_seen_ms),
    confidence_permille INTEGER NOT NULL CHECK (confidence_permille BETWEEN 1 AND 1000),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs,
    CHECK ((entity_type = 'JOB') = (job_id IS NOT NULL)),
    CHECK (src_dataset_id IS NOT NULL OR dst_dataset_id IS NOT NULL)
) STRICT;
CREATE INDEX lineage_edge_by_src ON lineage_edge (src_dataset_id);
CREATE INDEX lineage_edge_by_dst ON lineage_edge (dst_dataset_id);
CREATE INDEX lineage_edge_by_job ON lineage_edge (workspace_id, job_id);

CREATE TABLE freshness_policy (
    dataset_id TEXT PRIMARY KEY REFERENCES dataset,
    warn_s     INTEGER NOT NULL CHECK (warn_s > 0),
    error_s    INTEGER NOT NULL CHECK (error_s >= warn_s)
) STRICT, WITHOUT ROWID;

-- ---- rollups: kept by sql/rollups.sql, in the transaction that changes the rows under them ----------------------------------

-- Cost of a job by the UTC day on which it was used. dbu_*: the whole; contract = list less discount, half up per usage row;
-- waste_*: the part of failed attempts in it; dbu_spot_uusd: the part of the list cost that ran on spot nodes, by their share
-- of the DBUs of the attempt on that day, half up. NULL node time: no machines are known (serverless).
CREATE TABLE job_day (
    workspace_id            TEXT NOT NULL,
    job_id                  TEXT NOT NULL,
    usage_date              TEXT NOT NULL,
    dbu_uusd                INTEGER NOT NULL,
    dbu_contract_uusd       INTEGER NOT NULL,
    udbu                    INTEGER NOT NULL,
    ondemand_uusd           INTEGER NOT NULL,
    spot_uusd               INTEGER NOT NULL,
    waste_dbu_uusd          INTEGER NOT NULL,
    waste_dbu_contract_uusd INTEGER NOT NULL,
    waste_ondemand_uusd     INTEGER NOT NULL,
    waste_spot_uusd         INTEGER NOT NULL,
    node_ms                 INTEGER,
    spot_node_ms            INTEGER,
    dbu_spot_uusd           INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, job_id, usage_date)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_day_by_date ON job_day (usage_date);

-- Logical runs of a job by the UTC day on which they began; the final attempt is the run's result. runs_excluded: cancelled or
-- skipped. evicted_runs: with an eviction in any attempt; evicted_runs_failed: those of them with a failed attempt; failed_runs:
-- runs without an eviction but with a failed attempt. ok_ms and ok_uusd: durations and list costs (all layers) of all successful
-- attempts, by pack_values(). lost_uusd: cost of the failed attempts with an eviction; evidence: the first of its evictions' by name.
CREATE TABLE job_run_day (
    workspace_id        TEXT NOT NULL,
    job_id              TEXT NOT NULL,
    run_date            TEXT NOT NULL,
    runs                INTEGER NOT NULL,
    runs_ok             INTEGER NOT NULL,
    runs_excluded       INTEGER NOT NULL,
    runs_open           INTEGER NOT NULL,
    attempts            INTEGER NOT NULL,
    failed_attempts     INTEGER NOT NULL,
    evictions           INTEGER NOT NULL,
    evicted_runs        INTEGER NOT NULL,
    evicted_runs_failed INTEGER NOT NULL,
    failed_runs         INTEGER NOT NULL,
    ok_ms               BLOB,
    ok_uusd             BLOB,
    lost_uusd           INTEGER NOT NULL,
    evidence            TEXT,
    PRIMARY KEY (workspace_id, job_id, run_date)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_run_day_by_date ON job_run_day (run_date);
CREATE INDEX job_run_day_evicted ON job_run_day (workspace_id, job_id, run_date, lost_uusd, evidence) WHERE evictions > 0;

-- Warehouses and all-purpose clusters. NULL vm_uusd and node_ms: serverless; NULL used_ms and paid_ms: hours are not known.
CREATE TABLE resource_day (
    workspace_id      TEXT NOT NULL,
    compute_id        TEXT NOT NULL,
    usage_date        TEXT NOT NULL,
    product           TEXT NOT NULL,
    dbu_uusd          INTEGER NOT NULL,
    dbu_contract_uusd INTEGER NOT NULL,
    udbu              INTEGER NOT NULL,
    vm_uusd           INTEGER,
    node_ms           INTEGER,
    used_ms           INTEGER,
    paid_ms           INTEGER,
    PRIMARY KEY (workspace_id, compute_id, usage_date)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_day_by_date ON resource_day (usage_date);

-- The whole bill.
CREATE TABLE sku_day (
    workspace_id      TEXT NOT NULL,
    product           TEXT NOT NULL,
    compute_sku       TEXT NOT NULL,
    usage_date        TEXT NOT NULL,
    dbu_uusd          INTEGER NOT NULL,
    dbu_contract_uusd INTEGER NOT NULL,
    udbu              INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, product, compute_sku, usage_date)
) STRICT, WITHOUT ROWID;
CREATE INDEX sku_day_by_date ON sku_day (usage_date);

-- What the machines of all jobs of a workspace cost.
CREATE TABLE workspace_day (
    workspace_id TEXT NOT NULL,
    usage_date   TEXT NOT NULL,
    job_vm_uusd  INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, usage_date)
) STRICT, WITHOUT ROWID;

-- The same days by month, for long windows: each column holds the values of its days by pack_days(), read by sum_days() and
-- day_series(); the columns without a comment are those of the table of days. Narrow tables, so that the rows of a job lie on a few
-- pages: a page of 4 KB takes several, and none spills over.

CREATE TABLE job_month (
    workspace_id       TEXT NOT NULL,
    job_id             TEXT NOT NULL,
    month              TEXT NOT NULL, -- 'YYYY-MM'
    cost_uusd          BLOB NOT NULL, -- all layers, DBU at list price
    cost_contract_uusd BLOB NOT NULL, -- all layers, DBU at contract price
    dbu_uusd           BLOB NOT NULL,
    dbu_contract_uusd  BLOB NOT NULL,
    PRIMARY KEY (workspace_id, job_id, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_vm_month (
    workspace_id  TEXT NOT NULL,
    job_id        TEXT NOT NULL,
    month         TEXT NOT NULL,
    ondemand_uusd BLOB NOT NULL,
    spot_uusd     BLOB NOT NULL,
    node_ms       BLOB NOT NULL,
    spot_node_ms  BLOB NOT NULL,
    PRIMARY KEY (workspace_id, job_id, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_waste_month (
    workspace_id            TEXT NOT NULL,
    job_id                  TEXT NOT NULL,
    month                   TEXT NOT NULL,
    waste_dbu_uusd          BLOB NOT NULL,
    waste_dbu_contract_uusd BLOB NOT NULL,
    waste_ondemand_uusd     BLOB NOT NULL,
    waste_spot_uusd         BLOB NOT NULL,
    PRIMARY KEY (workspace_id, job_id, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_run_month (
    workspace_id        TEXT NOT NULL,
    job_id              TEXT NOT NULL,
    month               TEXT NOT NULL,
    runs                BLOB NOT NULL,
    runs_ok             BLOB NOT NULL,
    runs_excluded       BLOB NOT NULL,
    runs_open           BLOB NOT NULL,
    attempts            BLOB NOT NULL,
    failed_attempts     BLOB NOT NULL,
    evictions           BLOB NOT NULL,
    evicted_runs        BLOB NOT NULL,
    evicted_runs_failed BLOB NOT NULL,
    failed_runs         BLOB NOT NULL,
    PRIMARY KEY (workspace_id, job_id, month)
) STRICT, WITHOUT ROWID;

-- ok_ms and ok_uusd of job_run_day: by pack_day_values(), read by day_values().
CREATE TABLE job_run_values (
    workspace_id TEXT NOT NULL,
    job_id       TEXT NOT NULL,
    measure      TEXT NOT NULL CHECK (measure IN ('ok_ms', 'ok_uusd')),
    month        TEXT NOT NULL,
    packed       BLOB NOT NULL,
    PRIMARY KEY (workspace_id, job_id, measure, month)
) STRICT, WITHOUT ROWID;

-- With a rowid, as its rows are long and few.
CREATE TABLE resource_month (
    workspace_id             TEXT NOT NULL,
    compute_id               TEXT NOT NULL,
    month                    TEXT NOT NULL,
    cost_uusd                BLOB NOT NULL, -- all layers, DBU at list price
    cost_contract_uusd       BLOB NOT NULL, -- all layers, DBU at contract price
    dbu_uusd                 BLOB NOT NULL,
    dbu_contract_uusd        BLOB NOT NULL,
    shared_dbu_uusd          BLOB NOT NULL, -- of a cluster on days on which a run began on it
    shared_dbu_contract_uusd BLOB NOT NULL, -- the same
    udbu                     BLOB NOT NULL,
    vm_uusd                  BLOB NOT NULL,
    used_ms                  BLOB NOT NULL,
    paid_ms                  BLOB NOT NULL,
    PRIMARY KEY (workspace_id, compute_id, month)
) STRICT;
