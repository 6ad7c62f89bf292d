/* Data files of what is drawn: the files of src/output/data, which are part of the program. What
 * they are and where they are from is told in the README beside them. */
#ifndef KR_OUTPUT_OUTPUT_DATA_H
#define KR_OUTPUT_OUTPUT_DATA_H

/* A file's bytes, from `bytes` up to `end`; *end is 0, so that a text file is a C string. */
typedef struct kr_output_data {
    const char *name;
    const unsigned char *bytes, *end;
} kr_output_data;

/** The file of that name, or NULL. */
const kr_output_data *kr_output_data_find(const char *name);

#endif
