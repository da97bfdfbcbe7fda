#include "drc/raster.h"

#include <errno.h>
#include <fontconfig/fontconfig.h>
#include <librsvg/rsvg.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <png.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>

#include "drc/buf.h"
#include "drc/fault.h"
#include "drc/limits.h"
#include "io/raster_inner.h"

#define PERMITS 2
#define PERMIT_WAIT_S 10
#define SIDE_MAX 4096
#define PIXELS_KEPT_BYTES (8u * 1024u * 1024u)
#define PNG_MAX_BYTES (16u * 1024u * 1024u)

/* ---- permits
 *
 * Pango keeps one font map per thread, 10 MB each once fonts are loaded: a dozen workers would hold
 * a dozen. Here each permit owns a font map and lends it to the thread that holds the permit, so
 * memory is bounded by PERMITS. A font map is used by one thread at a time, as Pango demands. */
struct permit {
    bool taken;
    PangoFontMap *fonts;
    unsigned char *pixels; /* of the last chart, kept: 6 MB of new pages cost a third of a chart */
    size_t pixels_bytes;
};

static struct permit permits[PERMITS];
static pthread_mutex_t permit_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t permit_free;
static pthread_once_t permit_once = PTHREAD_ONCE_INIT;

static void permits_init(void)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&permit_free, &attr);
    pthread_condattr_destroy(&attr);
}

static struct permit *free_permit(void)
{
    for (int i = 0; i < PERMITS; i++)
        if (!permits[i].taken)
            return &permits[i];
    return NULL;
}

static struct permit *permit_take(struct drc_err *err)
{
    struct timespec until;
    pthread_once(&permit_once, permits_init);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += PERMIT_WAIT_S;
    pthread_mutex_lock(&permit_lock);
    struct permit *p;
    int rc = 0;
    while ((p = free_permit()) == NULL && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&permit_free, &permit_lock, &until);
    if (p != NULL)
        p->taken = true;
    pthread_mutex_unlock(&permit_lock);
    if (p == NULL) {
        drc_err_set(err, DRC_ERR_TIMEOUT,
                    "no chart could be drawn within %d seconds: too many are waiting",
                    PERMIT_WAIT_S);
        return NULL;
    }
    if (p->fonts == NULL)
        p->fonts = pango_cairo_font_map_new();
    pango_cairo_font_map_set_default(PANGO_CAIRO_FONT_MAP(p->fonts));
    return p;
}

static void permit_drop_pixels(struct permit *p)
{
    if (p->pixels != NULL)
        munmap(p->pixels, p->pixels_bytes);
    p->pixels = NULL;
    p->pixels_bytes = 0;
}

static void permit_give(struct permit *p)
{
    if (p->pixels_bytes > PIXELS_KEPT_BYTES)
        permit_drop_pixels(p);
    pango_cairo_font_map_set_default(NULL);
    pthread_mutex_lock(&permit_lock);
    p->taken = false;
    pthread_cond_signal(&permit_free);
    pthread_mutex_unlock(&permit_lock);
}

void drc_raster_trim(void)
{
    pthread_mutex_lock(&permit_lock);
    for (int i = 1; i < PERMITS; i++)
        if (!permits[i].taken)
            permit_drop_pixels(&permits[i]);
    pthread_mutex_unlock(&permit_lock);
}

/* Mapped, not malloc'd: glibc would keep such blocks per thread; populated, because touching them
 * page by page can cost as much as the drawing. Every byte is painted before it is read. */
static unsigned char *permit_pixels(struct permit *p, size_t bytes)
{
    if (bytes > p->pixels_bytes) {
        permit_drop_pixels(p);
        void *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (m == MAP_FAILED)
            return NULL;
        p->pixels = m;
        p->pixels_bytes = bytes;
    }
    return p->pixels;
}

/* ---- PNG */

static void png_append(png_structp png, png_bytep data, size_t bytes)
{
    drc_buf_add(png_get_io_ptr(png), data, bytes);
}

static void png_flush_nothing(png_structp png)
{
    (void)png;
}

static void png_failed(png_structp png, png_const_charp msg)
{
    (void)msg;
    png_longjmp(png, 1);
}

static void png_warned(png_structp png, png_const_charp msg)
{
    (void)png;
    (void)msg;
}

static void rgb_row(const unsigned char *line, int width, unsigned char *out)
{
    for (int x = 0; x < width; x++) {
        uint32_t pixel; /* CAIRO_FORMAT_RGB24: native-endian 0x00RRGGBB */
        memcpy(&pixel, line + (size_t)x * 4, 4);
        out[x * 3] = (unsigned char)(pixel >> 16);
        out[x * 3 + 1] = (unsigned char)(pixel >> 8);
        out[x * 3 + 2] = (unsigned char)pixel;
    }
}

/* setjmp lives alone in here: no local of this function changes after it. */
static int encode_rows(png_structp png, png_infop info, cairo_surface_t *surface,
                       unsigned char *row)
{
    int width = cairo_image_surface_get_width(surface),
        height = cairo_image_surface_get_height(surface);
    const unsigned char *pixels = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    if (setjmp(png_jmpbuf(png)) != 0)
        return -1;
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, 1);
    png_set_filter(png, 0, PNG_FILTER_NONE);
    png_write_info(png, info);
    for (int y = 0; y < height; y++) {
        rgb_row(pixels + stride * (size_t)y, width, row);
        png_write_row(png, row);
    }
    png_write_end(png, info);
    return 0;
}

static int png_encode(cairo_surface_t *surface, struct drc_buf *out, struct drc_err *err)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, png_failed, png_warned);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    unsigned char *row = malloc((size_t)cairo_image_surface_get_width(surface) * 3);
    int rc = -1;
    if (info != NULL && row != NULL) {
        png_set_write_fn(png, out, png_append, png_flush_nothing);
        rc = encode_rows(png, info, surface, row);
    }
    free(row);
    png_destroy_write_struct(&png, &info);
    if (rc != 0 || out->overflow)
        return drc_err_set(err, DRC_ERR_LIMIT, "the chart could not be written as PNG");
    return 0;
}

/* ---- SVG */

static int measure(RsvgHandle *svg, double scale, int *width, int *height, struct drc_err *err)
{
    double w = 0, h = 0;
    if (!rsvg_handle_get_intrinsic_size_in_pixels(svg, &w, &h) || !(w > 0) || !(h > 0))
        return drc_err_set(err, DRC_ERR_PARSE, "the chart has no size");
    w = round(w * scale);
    h = round(h * scale);
    if (!(w >= 1 && w <= SIDE_MAX && h >= 1 && h <= SIDE_MAX))
        return drc_err_set(err, DRC_ERR_LIMIT, "the chart would be larger than %d pixels",
                           SIDE_MAX);
    *width = (int)w;
    *height = (int)h;
    return 0;
}

/* A white page with the shapes by librsvg and the texts over them. */
static int paint(RsvgHandle *svg, const struct texts *texts, PangoFontMap *fonts, double scale,
                 cairo_surface_t *surface, struct drc_err *err)
{
    cairo_t *cr = cairo_create(surface);
    RsvgRectangle viewport = {0, 0, cairo_image_surface_get_width(surface),
                              cairo_image_surface_get_height(surface)};
    GError *why = NULL;
    int rc = 0;
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    if (cairo_status(cr) != CAIRO_STATUS_SUCCESS ||
        !rsvg_handle_render_document(svg, cr, &viewport, &why))
        rc = drc_err_set(err, DRC_ERR_PARSE, "the chart could not be drawn: %.200s",
                         why != NULL ? why->message : cairo_status_to_string(cairo_status(cr)));
    g_clear_error(&why);
    cairo_scale(cr, scale, scale);
    if (rc == 0 && texts->count > 0)
        drc_raster_texts_draw(texts, fonts, cr);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    return rc;
}

static int paint_to_png(RsvgHandle *svg, const struct texts *texts, struct permit *permit,
                        double scale, int width, int height, struct drc_buf *out,
                        struct drc_err *err)
{
    int stride = cairo_format_stride_for_width(CAIRO_FORMAT_RGB24, width);
    unsigned char *pixels = permit_pixels(permit, (size_t)stride * (size_t)height);
    if (pixels == NULL)
        return drc_err_set(err, DRC_ERR_LIMIT, "no memory for a chart of %d x %d pixels", width,
                           height);
    cairo_surface_t *surface =
        cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_RGB24, width, height, stride);
    int rc = paint(svg, texts, permit->fonts, scale, surface, err);
    if (rc == 0)
        rc = png_encode(surface, out, err);
    cairo_surface_destroy(surface);
    return rc;
}

/* No base URI is ever set and RSVG_HANDLE_FLAG_UNLIMITED never used: nothing outside the text is
 * read. */
static int render_shapes(const struct drc_buf *shapes, const struct texts *texts,
                         struct permit *permit, double scale, struct drc_buf *out,
                         struct drc_err *err)
{
    GError *why = NULL;
    int width = 0, height = 0, rc = -1;
    RsvgHandle *svg =
        rsvg_handle_new_from_data((const guint8 *)drc_buf_str(shapes), shapes->len, &why);
    if (svg == NULL) {
        drc_err_set(err, DRC_ERR_PARSE, "not an SVG chart: %.200s",
                    why != NULL ? why->message : "unreadable");
        g_clear_error(&why);
        return -1;
    }
    if (measure(svg, scale, &width, &height, err) == 0)
        rc = paint_to_png(svg, texts, permit, scale, width, height, out, err);
    g_object_unref(svg);
    return rc;
}

static int render(struct permit *permit, const char *svg, size_t bytes, double scale,
                  struct drc_buf *out, struct drc_err *err)
{
    struct texts texts = {0};
    struct drc_buf shapes;
    drc_buf_init(&shapes, DRC_SVG_MAX_BYTES);
    drc_raster_texts_cut(&texts, svg, bytes, &shapes);
    int rc = render_shapes(&shapes, &texts, permit, scale, out, err);
    g_free(texts.list);
    drc_buf_fini(&shapes);
    return rc;
}

int drc_raster_png(struct drc_arena *a, const char *svg, size_t bytes, double scale,
                   const unsigned char **png, size_t *png_bytes, struct drc_err *err)
{
    if (drc_fault_hit("raster"))
        return drc_err_set(err, DRC_ERR_LIMIT, "the chart could not be drawn: injected fault");
    if (bytes > DRC_SVG_MAX_BYTES)
        return drc_err_set(err, DRC_ERR_LIMIT, "the chart has %zu bytes of SVG, the cap is %u",
                           bytes, DRC_SVG_MAX_BYTES);
    struct permit *permit = permit_take(err);
    if (permit == NULL)
        return -1;
    struct drc_buf out;
    drc_buf_init(&out, PNG_MAX_BYTES);
    int rc = render(permit, svg, bytes, scale, &out, err);
    permit_give(permit);
    if (rc != 0) {
        drc_buf_fini(&out);
        return -1;
    }
    char *data = drc_buf_take(&out, png_bytes);
    drc_arena_defer(a, free, data);
    *png = (const unsigned char *)data;
    return 0;
}

/* ---- fonts */

/* Debian package that holds a family, for the sentence that tells what to install. */
static const char *package_of(const char *family)
{
    static const struct {
        const char *family, *package;
    } known[] = {{"Inter", "fonts-inter"},
                 {"DejaVu Sans", "fonts-dejavu-core"},
                 {"Noto Sans CJK", "fonts-noto-cjk"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncasecmp(known[i].family, family, strlen(known[i].family)) == 0)
            return known[i].package;
    return "fonts-dejavu-core";
}

static int fontconfig_weight(int weight)
{
    return weight >= 600 ? FC_WEIGHT_DEMIBOLD : FC_WEIGHT_REGULAR;
}

static bool has_family(FcPattern *font, const char *family)
{
    FcChar8 *name;
    for (int i = 0; FcPatternGetString(font, FC_FAMILY, i, &name) == FcResultMatch; i++)
        if (FcStrCmpIgnoreCase(name, (const FcChar8 *)family) == 0)
            return true;
    return false;
}

static FcPattern *match(const char *family, int weight)
{
    FcPattern *want = FcPatternCreate();
    FcResult result;
    FcPatternAddString(want, FC_FAMILY, (const FcChar8 *)family);
    FcPatternAddInteger(want, FC_WEIGHT, fontconfig_weight(weight));
    FcPatternAddInteger(want, FC_SLANT, FC_SLANT_ROMAN);
    FcConfigSubstitute(NULL, want, FcMatchPattern);
    FcDefaultSubstitute(want);
    FcPattern *found = FcFontMatch(NULL, want, &result);
    FcPatternDestroy(want);
    return found;
}

const char *drc_raster_font_file(struct drc_arena *a, const char *family, int weight,
                                 struct drc_err *err)
{
    if (drc_fault_hit("raster")) {
        drc_err_set(err, DRC_ERR_CONFIG, "the font '%.60s' cannot be looked up: injected fault",
                    family);
        return NULL;
    }
    FcPattern *found = match(family, weight);
    FcChar8 *file;
    const char *path = NULL;
    if (found != NULL && has_family(found, family) &&
        FcPatternGetString(found, FC_FILE, 0, &file) == FcResultMatch)
        path = drc_arena_strdup(a, (const char *)file);
    else
        drc_err_set(err, DRC_ERR_CONFIG, "the font '%.60s' is not installed: apt-get install %s",
                    family, package_of(family));
    if (found != NULL)
        FcPatternDestroy(found);
    return path;
}

/* Letters, figures and marks that the charts use themselves. */
static const char probe[] =
    "AaGgQqyz 0123456789 $%+-.,:;()<>&'\" \u2026 \u2013 \u00b7 \u00e4\u00e9\u00f1";

static int missing_glyphs(PangoFontMap *fonts, const char *family_list, int weight)
{
    PangoContext *context = pango_font_map_create_context(fonts);
    PangoLayout *layout = pango_layout_new(context);
    PangoFontDescription *want = pango_font_description_new();
    pango_font_description_set_family(want, family_list);
    pango_font_description_set_weight(want, (PangoWeight)weight);
    pango_font_description_set_absolute_size(want, 26.0 * PANGO_SCALE);
    pango_layout_set_font_description(layout, want);
    pango_layout_set_text(layout, probe, -1);
    int missing = pango_layout_get_unknown_glyphs_count(layout);
    pango_font_description_free(want);
    g_object_unref(layout);
    g_object_unref(context);
    return missing;
}

int drc_raster_check_fonts(const char *family_list, struct drc_err *err)
{
    struct permit *permit = permit_take(err);
    if (permit == NULL)
        return -1;
    int missing = missing_glyphs(permit->fonts, family_list, 400) +
                  missing_glyphs(permit->fonts, family_list, 600);
    permit_give(permit);
    if (missing > 0)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "no installed font of '%.80s' has all glyphs of a chart (%d missing): "
                           "apt-get install %s",
                           family_list, missing, package_of(family_list));
    return 0;
}

const char *drc_raster_libraries(struct drc_arena *a)
{
    return drc_arena_printf(a, "librsvg %s, cairo %s, pango %s, libpng %s", LIBRSVG_VERSION,
                            cairo_version_string(), pango_version_string(),
                            png_get_libpng_ver(NULL));
}
