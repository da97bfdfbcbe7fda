/* What words mean to the groundedness checker. */
#include <ctype.h>
#include <string.h>

#include "ground_inner.h"

/* A word of two meanings stands in both groups; the rules look at the words beside it. */
static const struct group {
    uint32_t concepts, roles;
    const char *words;
} groups[] = {
    {C_COST, 0,
     "invoice invoices invoiced fee fees cost costs costing costed spend spends spent spending "
     "bill billed bills billing usd "
     "uusd dollars dollar expense expenses expensive paid pays pay paying money burnt "
     "burned charge charged charges amount cheap cheaper cheapest dear dearer dearest "
     "costlier costliest costly pricier priciest outspent outspends"},
    {C_SHARE, 0,
     "share shares portion proportion percentage accounts account accounted represents "
     "represent represented carries holds belongs belong contributes contribute "
     "contribution responsible stands makes make"},
    {C_CHANGE, 0,
     "deviation deviations variance change changes changed delta difference diff gap impact excess "
     "growth increase "
     "decrease rise drop decline"},
    {C_TOTAL, 0,
     "total totals overall together report reports whole entire sum combined everything "
     "altogether estate fleet portfolio all aggregate"},
    {C_RUNS, 0, "run runs ran running executions execution executed executes"},
    {C_FAILED, 0, "fail fails failed failure failures failing unsuccessful crashed errors error"},
    {C_ATTEMPT, 0, "attempt attempts try tries retry retries retried"},
    {C_EVICT | C_SPOT, 0,
     "evict eviction evictions evicted preempted preemption preemptions reclaimed "
     "interruption interruptions interrupted terminations"},
    {C_SUCCESS, 0,
     "success successes successful successfully succeed succeeds succeeded ok "
     "complete completes completed"},
    {C_DURATION, 0,
     "duration durations take takes took taking runtime long longer lasts lasted slow slower "
     "slowest fast faster finish finishes finished p50 p95 p99 median percentile"},
    {C_MEDIAN, 0, "p50 median typical typically usually generally ordinarily commonly normally"},
    {C_TAIL, 0, "p95 p90 p99 percentile"},
    {C_SPOT, 0, "spot"},
    {C_ONDEMAND, 0, "ondemand on-demand demand"},
    {C_DBU, 0, "dbu dbus"},
    {C_VM, 0, "vm vms machine machines instance instances"},
    {C_WASTE, 0, "waste wastes wasted wasteful wasting lost lose loses losing loss losses burnt"},
    {C_IDLE, 0, "idle idles idling unused"},
    {C_EXPECT, 0, "usual normal expected expect expectation budget budgeted planned plan target"},
    {C_RANK, 0, "rank ranks ranked ranking place position"},
    {C_ROWS, 0,
     "jobs job rows row items item entities entity types type warehouses clusters users "
     "queries tables workspaces count teams owners models endpoints pipelines tasks anomalies "
     "resources "
     "compute warehouse pipeline task"},
    {C_DAYS, 0, "days day"},
    {C_PER, 0,
     "per each average averages mean every daily weekly monthly yearly annual annually "
     "hourly apiece nightly quarterly yearly"},
    {C_PEAK, 0, "peak maximum max"},
    {C_SAVE, 0,
     "save saves saved saving savings refund refunds rebate rebates opportunity opportunities "
     "recoup recouped recoverable avoidable headroom"},
    {C_STORAGE, 0, "storage stored bytes gb tb mb gib tib mib terabytes gigabytes"},
    {C_BEFORE, 0, "before previous previously prior preceding earlier baseline past last formerly"},
    {C_BOUND, 0, "bound lower_bound upper"},
    {C_PRICE, 0, "price prices priced pricing"},
    {C_FORECAST, 0, "forecast forecasts forecasted predicted projected projection"},
    {0, W_UP,
     "rose rise rises risen rising increased increase increases increasing grew grow grows "
     "grown growing growth climbed climb climbs up upward higher more dearer costlier "
     "pricier jumped jump jumps gained gain gains extra additional above exceed exceeds "
     "exceeded excess surged surge surges added larger longer bigger worse expensive "
     "greater outspent outspends raised slower soar soars soared soaring spike spikes spiked "
     "spiking skyrocket skyrockets skyrocketed balloon balloons ballooned ballooning escalated "
     "escalates escalating swelled swells swollen mounted mounting upswing uptick upturn "
     "uptrend upwards accelerated expanded expands expanding expansion rebounded boosted boost "
     "boosts lift lifts lifted raise raises inflated inflates hiked hike hikes heavier steeper "
     "elevated overshot overshoots "
     "overran overruns outpaced outgrew outgrown advanced leapt leaped rocketed intensified "
     "multiplied exceeding surging gaining adding ups"},
    {0, W_UP | W_OUTDO,
     "exceed exceeds exceeded outrank outranks outranked surpass surpasses surpassed dwarf "
     "dwarfs dwarfed outweigh outweighs outweighed eclipse eclipses eclipsed outstrip outstrips "
     "outstripped beats overtake overtaking overtakes overtook overtaken tops topped outspent "
     "outspends"},
    {0, W_DOWN | W_OUTDO, "trail trails trailed trailing lag lags lagged lagging"},
    {0, W_DOWN,
     "sooner fell fall falls fallen falling dropped drop drops dropping decreased decrease "
     "decreases decreasing declined decline declines down downward lower lowered less "
     "cheaper fewer below reduced reduction shrank shrink shrinks shrunk slid sank sunk "
     "smaller shorter under slipped beneath short cut cuts faster quicker plummet plummets "
     "plummeted plummeting plunge plunges plunged plunging tumble tumbles tumbled tumbling slump "
     "slumped dip dips dipped dipping ease eases eased easing recede recedes receded contracted "
     "contracts contraction softened cooled dwindled dwindles dwindling tapered tapers abated "
     "subsided diminished diminishes lessened lessens downtick downturn downswing downtrend "
     "downwards nosedived cratered sagged slackened trimmed shaved slashed slides sliding slips "
     "slipping sinks sinking shed sheds weakened ebbed undershot undershoots deflated retreated "
     "retreats tanked waned lighter collapsed undercuts shaves slashes"},
    {0, W_AGAINST, "than against versus vs compared comparison relative instead unlike opposed"},
    {0, W_ABOUT, "about around roughly approximately approx circa nearly almost close some"},
    {0, W_OVER, "over above exceeds exceeded exceeding passed least beyond"},
    {0, W_UNDER, "under below nearly almost most"},
    {0, W_MODAL, "would could can may might should will must"},
    {0, W_REDUCE,
     "reduce reduces reducing lower lowers lowering cut cuts cutting trim trims halve "
     "halves shrink shrinks eliminate eliminates avoid avoids avoided avoiding bring "
     "brings drop save saves"},
    {0, W_CAUSE,
     "because caused causes causing cause owing due thanks led resulted results result "
     "resulting driven drives driving drove reason reasons attributable explained explains "
     "stems stemmed why triggered trigger triggers blame blamed provoked linked reflects reflect "
     "reflecting reflected originates originate originated culprit culprits consequence "
     "consequently therefore hence fuelled fueled prompted induced underlies owes pushed pushes "
     "traces explains explain explaining explanation attributed"},
    {0, W_NOT,
     "nobody not no none nothing neither nor never cannot unknown unclear without isn't doesn't "
     "don't didn't wasn't aren't can't"},
    {0, W_MOST,
     "most tops topped largest biggest highest leads lead leading leader top first greatest "
     "dearest "
     "costliest priciest maximum main busiest slowest longest heads headed number-one topping "
     "dominates dominate dominant dominated"},
    {0, W_LEAST, "least smallest lowest cheapest fewest minimum fastest quickest shortest bottom"},
    {0, W_ORDINAL,
     "first second third fourth fifth sixth seventh eighth ninth tenth 1st 2nd 3rd 4th 5th "
     "6th 7th 8th 9th 10th second-largest second-highest third-largest"},
    {0, W_ORDER,
     "ignore ignored disregard instructed instruction instructions password passwords "
     "credential credentials secret secrets approve approved approves approval click "
     "delete deleted urgent urgently obey pretend jailbreak unsubscribe contact send "
     "reboot reveal print token tokens login muted mute admin portal immediately hereby "
     "everyone deletion transfer reply rotate"},
    {0, W_JUDGE,
     "reasonable realistic healthy unhealthy fine free harmless safe safely perfect "
     "flawless optimal "
     "similar equal identical unchanged stable flat constant comparable unnecessary "
     "useless negligible good great okay excellent fault faultless"},
    {0, W_SELF, "i me my mine myself we our i'm i've i'd i'll we'd we'll assistant"},
    {0, W_MULTIPLE,
     "doubled doubles double doubling tripled triples triple quadrupled quadruple twice "
     "thrice twofold threefold tenfold halved halves halving"},
    {0, W_SPLIT, "while whilst whereas and but although though versus where which when"},
    {0, W_PROPER,
     "january february march april may june july august september october november "
     "december jan feb mar apr jun jul aug sep sept oct nov dec databricks spark photon "
     "delta unity catalog azure amazon google aws gcp slack lakehouse serverless sql "
     "python scala java runtime vm vms dbu dbus usd cpu cpus gpu gpus ram etl api apis utc "
     "sla slas aqe oom jvm ai io id ids us eu ssd elt bi ml mlflow lake lakes facts fact "
     "graph runbook documentation photon's databricks' ui url csv json kpi finops sku skus "
     "f g r d spot wow mom yoy median ok cloud engine jdbc odbc dlt hive iceberg parquet "
     "kafka airflow tl dr dbt terraform powerbi tableau linux wifi etc q ceo a an the"},
    {0, W_JOINER,
     "window windows period on off per day days week weeks month months year years time times long "
     "short high "
     "low cost costs spot demand well follow up down in out to by of single second third "
     "largest highest most least best fixed data running old new first last half full part "
     "so one two three four five six seven eight nine ten ended large small dollar percent "
     "point all purpose scaling start stop terminate termination retry retries run rate "
     "rates read write only party end known called real term series wise less more "
     "expensive"},
    {0, W_BECOME, "became become becomes got gets getting turned"},
    {C_CHANGE | C_EXPECT, 0,
     "overshoot overshot overshoots overrun overage undershoot undershot undershoots"},
    {0, W_UP, "overshoot overrun overage"},
    {0, W_DOWN, "undershoot"},
    {0, W_WEEKDAY,
     "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays "
     "thursdays fridays saturdays sundays yesterday today tomorrow "
     "weekend weekends"},
    {0, W_PROPER, "monday tuesday wednesday thursday friday saturday sunday"},
    {0, W_MAJORITY,
     "majority bulk most lion mostly mainly largely predominantly chiefly primarily"},
    {0, W_TOPIC,
     "cluster clusters node nodes worker workers capacity schedule scheduled policy "
     "policies configuration setting settings sized owner team load volume input code executor "
     "executors"},
    {0, W_VAGUE, "few several many numerous countless couple handful multiple scores lots"},
    {0, W_FROM, "from"},
    {0, W_ALL, "all every always each"},
    {C_UTIL, 0, "utilisation utilization utilised utilized util use uses used using usage busy"},
    {0, W_PREFIX,
     "non re pre over under self co auto multi cross inter intra right long short high low "
     "well fail on off up down in out by time semi sub fast slow fine large small hard "
     "soft half"},
    {0, W_SUFFIX,
     "based related specific heavy light bound free driven wide level sized size effective "
     "tolerant aware optimized optimised intensive oriented only like friendly efficient "
     "limited side"},
};

/* Words that metrics are named with and texts are not. Those of no concept say nothing of what is
 * measured. */
static const struct group metric_groups[] = {
    {0, 0,
     "ratio rate pct number num event logical est estimate interactive of the for in against if by "
     "window period that to on a and productive by time s usd uusd micro value report other"},
    {C_COST, 0, "list actual"},
    {C_UTIL, 0, "util"},
    {C_WASTE, 0, "rerun"},
    {C_DURATION, 0, "ms sec seconds minutes hours"},
    {C_CHANGE, 0, "relative"},
    {C_BOUND, 0, "lo hi lower"},
    {C_SAVE, 0, "potential"},
    {C_BEFORE, 0, "prev"},
    {C_PER, 0, "avg"},
};

static uint32_t hash_of(const char *s, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    return h;
}

static struct word_slot *slot_of(struct word_slot *slots, const char *word, size_t n)
{
    uint32_t i = hash_of(word, n) % GROUND_WORD_SLOTS;
    while (slots[i].word != NULL && (slots[i].bytes != n || memcmp(slots[i].word, word, n) != 0))
        i = (i + 1) % GROUND_WORD_SLOTS;
    return &slots[i];
}

static void load(struct ground *g, const struct group *group)
{
    for (const char *p = group->words; *p != '\0'; p += *p == ' ') {
        size_t n = strcspn(p, " ");
        struct word_slot *slot = slot_of(g->words, p, n);
        slot->word = p;
        slot->bytes = n;
        slot->is.concepts |= group->concepts;
        slot->is.roles |= group->roles;
        p += n;
    }
}

void ground_words_load(struct ground *g)
{
    const struct group plain = {0, W_PLAIN, ground_plain_words};
    g->words = drc_arena_array(g->a, GROUND_WORD_SLOTS, sizeof *g->words);
    for (size_t k = 0; k < sizeof groups / sizeof *groups; k++)
        load(g, &groups[k]);
    load(g, &plain);
}

struct word_class ground_word(const struct ground *g, const char *low, size_t n)
{
    const struct word_slot *slot = slot_of(g->words, low, n);
    return slot->word == NULL ? (struct word_class){0, 0} : slot->is;
}

/* What stands for an ending: "carries" is "carry", "moving" is "move". */
static const struct ending {
    const char *end, *instead;
} endings[] = {{"ies", "y"}, {"ied", "y"}, {"s", ""},    {"es", ""}, {"d", ""},
               {"ed", ""},   {"ing", ""},  {"ing", "e"}, {"ly", ""}, {"'s", ""}};

bool ground_is_form(const char *low, const char *base)
{
    size_t n = strlen(low), bytes = strlen(base);
    if (strcmp(low, base) == 0)
        return true;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t end = strlen(endings[i].end), more = strlen(endings[i].instead);
        size_t stem = n > end ? n - end : 0;
        if (stem == 0 || strcmp(low + stem, endings[i].end) != 0)
            continue;
        bool same = bytes == stem + more && memcmp(low, base, stem) == 0 &&
                    strcmp(base + stem, endings[i].instead) == 0;
        bool twice = bytes + 1 == stem && memcmp(low, base, bytes) == 0 &&
                     low[stem - 1] == low[stem - 2]; /* "dropped" */
        if (same || twice)
            return true;
    }
    return false;
}

struct word_class ground_lemma(const struct ground *g, const char *low, size_t n)
{
    struct word_class is = ground_word(g, low, n);
    char base[24];
    for (size_t i = 0; i < sizeof endings / sizeof *endings && (is.concepts | is.roles) == 0; i++) {
        size_t end = strlen(endings[i].end), more = strlen(endings[i].instead);
        if (n < end + 3 || n + more >= sizeof base ||
            memcmp(low + n - end, endings[i].end, end) != 0)
            continue;
        memcpy(base, low, n - end);
        memcpy(base + n - end, endings[i].instead, more);
        n = n - end + more;
        is = ground_word(g, base, n);
        bool twice = n > 3 && base[n - 1] == base[n - 2]; /* "dropped" */
        if ((is.concepts | is.roles) == 0 && twice)
            is = ground_word(g, base, n - 1);
        n = n + end - more;
    }
    return is;
}

bool ground_metric_word(const struct ground *g, const char *low, size_t n, uint32_t *concepts)
{
    for (size_t k = 0; k < sizeof metric_groups / sizeof *metric_groups; k++)
        for (const char *p = metric_groups[k].words; *p != '\0'; p += *p == ' ') {
            size_t len = strcspn(p, " ");
            if (len == n && memcmp(p, low, n) == 0) {
                *concepts = metric_groups[k].concepts;
                return true;
            }
            p += len;
        }
    *concepts = ground_word(g, low, n).concepts;
    return *concepts != 0;
}
