/* Names in files that are compiled once for each instruction set (KR_ISA is v2, v3, v4 or base):
 * KR_ISA_NAME(kr_thing) is kr_thing_v3 in the copy for v3. */
#ifndef KR_NUM_ISA_NAME_H
#define KR_NUM_ISA_NAME_H

#define KR_ISA_CAT_(name, isa) name##_##isa
#define KR_ISA_CAT(name, isa)  KR_ISA_CAT_(name, isa)
#define KR_ISA_NAME(name)      KR_ISA_CAT(name, KR_ISA)

#endif
