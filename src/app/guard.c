#include "drc/guard.h"

#include "drc/conf.h"
#include "drc/http.h"
#include "drc/redact.h"

static bool kept(const char *base_url, const char *setting)
{
    if (drc_conf_str(setting) != NULL)
        return !drc_conf_bool(setting);
    return base_url == NULL || !drc_http_is_local(base_url);
}

struct drc_withhold drc_withhold_for(const char *base_url)
{
    return (struct drc_withhold){.sql = kept(base_url, "LLM_SEND_SQL"),
                                 .errors = kept(base_url, "LLM_SEND_ERRORS"),
                                 .people = kept(base_url, "LLM_SEND_PEOPLE")};
}

int drc_embedder_guard(struct drc_arena *a, struct drc_embedder *e, struct drc_err *err)
{
    struct drc_withhold w;
    if (e->base_url == NULL) /* nothing leaves */
        return 0;
    w = drc_withhold_for(e->base_url);
    if (w.sql || w.errors || w.people) {
        const char *home = drc_conf_home(err);
        struct drc_db *facts = NULL;
        int rc = home == NULL ? -1 : 0;
        if (rc == 0 && (w.errors || w.people)) {
            facts = drc_db_open(drc_conf_str("DRC_FACTS_DB"), DRC_DB_READ, err);
            rc = facts == NULL ? -1 : drc_db_sandbox(facts, err);
        }
        if (rc == 0)
            e->redactor = drc_redactor_load(a, home, facts, w, err);
        drc_db_close(facts);
        if (e->redactor == NULL)
            return drc_err_context(err, "what may not be sent to the endpoint for vectors is not "
                                        "known (LLM_SEND_*)");
    }
    e->guarded = true;
    return 0;
}
