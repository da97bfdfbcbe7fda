#include "drc/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void must(int ok)
{
    if (ok != 1) {
        fputs("drc: SHA-256 is not available\n", stderr);
        abort();
    }
}

static void sha256(const void *data, size_t bytes, unsigned char out[32])
{
    unsigned n = 0;
    must(EVP_Digest(data, bytes, out, &n, EVP_sha256(), NULL) == 1 && n == 32);
}

static void hex(const unsigned char *in, size_t bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes; i++) {
        out[2 * i] = digits[in[i] >> 4];
        out[2 * i + 1] = digits[in[i] & 15];
    }
    out[2 * bytes] = '\0';
}

void drc_sha256_hex(const void *data, size_t bytes, char out[65])
{
    unsigned char md[32];
    sha256(data, bytes, md);
    hex(md, 32, out);
}

int drc_sha256_stream(FILE *f, char out[65])
{
    unsigned char part[65536], md[32];
    size_t n;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    must(ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        must(EVP_DigestUpdate(ctx, part, n));
    must(EVP_DigestFinal_ex(ctx, md, NULL));
    EVP_MD_CTX_free(ctx);
    hex(md, 32, out);
    return ferror(f) ? -1 : 0;
}

void drc_sha256_id(const void *data, size_t bytes, size_t chars, char *out)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char md[32];
    sha256(data, bytes, md);
    unsigned acc = 0, bits = 0;
    size_t in = 0;
    for (size_t i = 0; i < chars && i < 24; i++) {
        if (bits < 5) {
            acc = (acc << 8) | md[in++];
            bits += 8;
        }
        bits -= 5;
        out[i] = digits[(acc >> bits) & 31];
    }
    out[chars < 24 ? chars : 24] = '\0';
}

void drc_random_hex(size_t bytes, char *out)
{
    unsigned char raw[64];
    if (bytes > sizeof raw || getrandom(raw, bytes, 0) != (ssize_t)bytes) {
        fputs("drc: no entropy\n", stderr);
        abort();
    }
    hex(raw, bytes, out);
}
