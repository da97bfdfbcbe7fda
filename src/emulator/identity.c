/* Who and what exists: team, people, channels. The README promises these ids. */
#include <string.h>

#include "emulator/emulator.h"

const struct emu_user emu_users[EMU_USERS] = {
    {"U0ALICE01", "alice", "Alice Moreau", "FinOps analyst", "Europe/Paris", "D0ALICE01"},
    {"U0BOB0002", "bob", "Bob Tanaka", "Data-platform engineer", "America/Chicago", "D0BOB0002"},
    {"U0CAROL03", "carol", "Carol Okafor", "On-call engineer", "UTC", "D0CAROL03"},
};

/* In the order of the sidebar. */
static const struct emu_channel channels[EMU_CHANNELS] = {
    {.id = "C0FINOPS1",
     .name = "finops",
     .topic = "Cost of the data platform",
     .kind = EMU_PUBLIC,
     .owner = EMU_NOBODY,
     .bot_member = true},
    {.id = "C0DATAPL2",
     .name = "data-platform",
     .topic = "Jobs, clusters, pipelines",
     .kind = EMU_PUBLIC,
     .owner = EMU_NOBODY,
     .bot_member = true},
    {.id = "C0RANDOM3",
     .name = "random",
     .topic = "Everything else; drc is not in here",
     .kind = EMU_PUBLIC,
     .owner = EMU_NOBODY},
    {.id = "G0COSTRM4",
     .name = "cost-room",
     .topic = "Private: budgets",
     .kind = EMU_PRIVATE,
     .owner = EMU_NOBODY,
     .bot_member = true},
    {.id = "D0ALICE01", .name = "drc", .topic = "", .kind = EMU_DM, .owner = 0, .bot_member = true},
    {.id = "D0BOB0002", .name = "drc", .topic = "", .kind = EMU_DM, .owner = 1, .bot_member = true},
    {.id = "D0CAROL03", .name = "drc", .topic = "", .kind = EMU_DM, .owner = 2, .bot_member = true},
};

/* Without --scopes; with it the app has exactly what its manifest asks for, and Slack's
 * missing_scope for the rest. */
static const char scopes[] =
    "commands,chat:write,files:write,files:read,app_mentions:read,im:history,im:read,im:write,"
    "assistant:write,channels:read,channels:history,channels:join,groups:read,groups:history,"
    "users:read,team:read,reactions:write,reactions:read";

void emu_identity_init(struct emu *e)
{
    for (int i = 0; i < EMU_CHANNELS; i++) {
        e->channels[i] = channels[i];
        e->channels[i].by_ts = drc_map_new();
    }
    memcpy(e->scopes, scopes, sizeof scopes);
}

bool emu_identity_member(const char *channel_id)
{
    for (int i = 0; i < EMU_CHANNELS; i++)
        if (strcmp(channels[i].id, channel_id) == 0)
            return channels[i].bot_member;
    return false;
}

int emu_user_index(const char *id)
{
    for (int i = 0; id != NULL && i < EMU_USERS; i++)
        if (strcmp(emu_users[i].id, id) == 0)
            return i;
    return EMU_NOBODY;
}

struct emu_channel *emu_channel(struct emu *e, const char *id)
{
    for (int i = 0; id != NULL && i < EMU_CHANNELS; i++)
        if (strcmp(e->channels[i].id, id) == 0)
            return &e->channels[i];
    return NULL;
}

struct emu_channel *emu_channel_named(struct emu *e, const char *arg)
{
    int user = emu_user_index(arg);
    if (user != EMU_NOBODY)
        return emu_channel(e, emu_users[user].dm);
    for (int i = 0; arg != NULL && i < EMU_CHANNELS; i++)
        if (arg[0] == '#' && e->channels[i].kind != EMU_DM &&
            strcmp(e->channels[i].name, arg + 1) == 0)
            return &e->channels[i];
    return emu_channel(e, arg);
}

bool emu_can_see(const struct emu_channel *c, int user)
{
    return c->owner == EMU_NOBODY || c->owner == user;
}

json_t *emu_user_object(int user)
{
    const struct emu_user *u = &emu_users[user];
    return json_pack("{s:s, s:s, s:s, s:s}", "id", u->id, "username", u->name, "name", u->name,
                     "team_id", EMU_TEAM);
}
