#include "base/digest.h"

#include <nettle/sha2.h>
#include <string.h>

void kr_hex(const unsigned char *bytes, size_t n, char *hex)
{
    for (size_t i = 0; i < n; i++) {
        hex[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    hex[2 * n] = '\0';
}

void kr_texts_digest(const char *const *texts, size_t n, char hex[65])
{
    struct sha256_ctx sha;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&sha);
    for (size_t i = 0; i < n; i++) {
        sha256_update(&sha, strlen(texts[i]), (const uint8_t *)texts[i]);
        sha256_update(&sha, 1, (const uint8_t *)"\n");
    }
    sha256_digest(&sha, sizeof digest, digest);
    kr_hex(digest, sizeof digest, hex);
}
