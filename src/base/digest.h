/* SHA-256 of texts. */
#ifndef KR_BASE_DIGEST_H
#define KR_BASE_DIGEST_H

#include <stddef.h>

/** The 2 n digits of n bytes, as `sha256sum` writes them. */
void kr_hex(const unsigned char *bytes, size_t n, char *hex);

/** 64 hexadecimal digits of what `sha256sum` gives for these texts, each on a line of its own. */
void kr_texts_digest(const char *const *texts, size_t n, char hex[65]);

#endif
