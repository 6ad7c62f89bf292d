# Tests of the sources themselves: layers, headers, exports, format.
set(root ${PROJECT_SOURCE_DIR})
list(GET KR_ISAS 0 isa)

add_test(NAME layers COMMAND ${CMAKE_COMMAND} -DROOT=${root} -P ${root}/cmake/CheckLayers.cmake)

# The folders of the libraries alone, as the compiler sees them: their headers may warn.
set(libraries $<TARGET_PROPERTY:kauri_objects,INCLUDE_DIRECTORIES>)
set(libraries "$<FILTER:${libraries},EXCLUDE,/(include|src|generated)$>")
add_test(NAME headers WORKING_DIRECTORY ${PROJECT_BINARY_DIR}
  COMMAND ${BASH} ${root}/tools/check-headers.sh ${root} ${CMAKE_C_COMPILER} -Werror ${KR_WARN}
    ${KR_MATH} -Wno-unused-function -D_GNU_SOURCE -DKR_ISA=${isa} -I${root}/include -I${root}/src
    -I${PROJECT_BINARY_DIR}/generated -I${PROJECT_BINARY_DIR}/generated/include
    "$<$<BOOL:${libraries}>:-isystem$<JOIN:${libraries},;-isystem>>"
  COMMAND_EXPAND_LISTS)

set(checks layers headers)
if(NOT KAURI_SANITIZE) # that the text is in order is seen once
  add_test(NAME format COMMAND ${BASH} ${root}/tools/check-format.sh ${root})
  list(APPEND checks format)
endif()
# Instrumented code carries symbols of the instrumentation.
if(NOT (KAURI_SANITIZE OR KAURI_COVERAGE OR KAURI_FUZZ OR BUILD_SHARED_LIBS))
  add_test(NAME exports COMMAND ${BASH} ${root}/tools/check-exports.sh ${root}
    ${CMAKE_C_COMPILER} ${CMAKE_NM} $<TARGET_FILE:libkauri>)
  list(APPEND checks exports)
endif()
set_tests_properties(${checks} PROPERTIES LABELS fast TIMEOUT 300 COST 300 SKIP_RETURN_CODE 77)
