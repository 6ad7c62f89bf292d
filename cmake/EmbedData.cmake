# The files of src/gmm/data become part of the program: gmm_data.c takes them in as they are
# (.incbin) and lists them by name. README files are for people only.
function(kauri_embed gen dir)
  file(GLOB files CONFIGURE_DEPENDS ${dir}/*)
  list(FILTER files EXCLUDE REGEX "/README[^/]*$")
  set(KR_DATA_BLOBS "")
  set(KR_DATA_ROWS "")
  set(i 0)
  foreach(f IN LISTS files)
    get_filename_component(name ${f} NAME)
    string(APPEND KR_DATA_BLOBS "BLOB(kr_gmm_data_${i}, \"${f}\");\n")
    string(APPEND KR_DATA_ROWS
      "    {\"${name}\", kr_gmm_data_${i}, kr_gmm_data_${i}_end},\n")
    math(EXPR i "${i} + 1")
  endforeach()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/gmm_data.c.in ${gen}/gmm_data.c @ONLY)
  set_source_files_properties(${gen}/gmm_data.c PROPERTIES OBJECT_DEPENDS "${files}")
endfunction()
