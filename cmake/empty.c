/* An object library needs one file. */
typedef int kauri_empty;
