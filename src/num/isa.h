/* Which copies of the vector kernels this machine runs. */
#ifndef KR_NUM_ISA_H
#define KR_NUM_ISA_H

#include <stdbool.h>

/** 2, 3 or 4 for x86-64-v2, v3 and v4; 0 on other processors. It is chosen at the first call,
 * lowered by the environment variable KAURI_ISA=v2, v3 or v4 (other values, and what the processor
 * lacks, count as nothing: kr_run warns of them), and stays for the life of the process.
 * Thread-safe. */
int kr_isa_level(void);

/** "v2", "v3", "v4", or "base" for level 0: as the copies are named. */
const char *kr_isa_name(void);

/** Use the copies of this name, whatever the environment says, if none have been used yet and the
 * processor has what they need; false if others stay. */
bool kr_isa_keep(const char *name);

/** The level used on a processor of the given level if `wanted` is asked for (NULL: nothing). */
int kr_isa_choose(int supported, const char *wanted);

/** Whether this processor has what the copies of this name need. */
bool kr_isa_has(const char *name);

/** The level of this processor, whatever the environment says. */
int kr_isa_supported(void);

#endif
