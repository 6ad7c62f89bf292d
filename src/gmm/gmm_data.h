/* Data files of models: the files of src/gmm/data, which are part of the program. Where the
 * figures are from is told in the README beside them. */
#ifndef KR_GMM_GMM_DATA_H
#define KR_GMM_GMM_DATA_H

/* A file's bytes, from `bytes` up to `end`; *end is 0, so that a text file is a C string. */
typedef struct kr_gmm_data {
    const char *name;
    const unsigned char *bytes, *end;
} kr_gmm_data;

/** The file of that name, or NULL. */
const kr_gmm_data *kr_gmm_data_find(const char *name);

#endif
