# What the tests of tests/ and fuzz/ share.

# The program as the tests call it: through the emulator in a cross build.
set(KAURI_PROGRAM ${PROJECT_BINARY_DIR}/kauri)
if(CMAKE_CROSSCOMPILING_EMULATOR)
  set(KAURI_PROGRAM ${PROJECT_BINARY_DIR}/kauri-emulated)
  string(REPLACE ";" " " emulator "${CMAKE_CROSSCOMPILING_EMULATOR}")
  file(CONFIGURE OUTPUT ${KAURI_PROGRAM} @ONLY
    CONTENT "#!/bin/sh\nexec ${emulator} ${PROJECT_BINARY_DIR}/kauri \"$@\"\n")
  file(CHMOD ${KAURI_PROGRAM} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
    GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endif()

# Instrumented and emulated code is slower: more time for the same test.
set(KAURI_PATIENCE 1)
if(CMAKE_CROSSCOMPILING_EMULATOR)
  set(KAURI_PATIENCE 20)
elseif(KAURI_SANITIZE OR KAURI_COVERAGE)
  set(KAURI_PATIENCE 5)
endif()

function(kauri_test_target target)
  kauri_compile(${target})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE kauri_tested PkgConfig::CMOCKA)
endfunction()

function(kauri_test_properties test file)
  set(label fast)
  set(timeout 120)
  if(test MATCHES "_long$")
    set(label long)
    set(timeout 1800)
  endif()
  file(STRINGS ${file} line REGEX "^(# costly|/\\* costly \\*/)$" LIMIT_COUNT 1)
  if(line)
    set(label costly)
  endif()
  file(STRINGS ${file} line REGEX "^(#|/\\*) timeout: [0-9]+" LIMIT_COUNT 1)
  if(line MATCHES "timeout: ([0-9]+)")
    set(timeout ${CMAKE_MATCH_1})
  endif()
  math(EXPR timeout "${timeout} * ${KAURI_PATIENCE}")
  set_tests_properties(${test} PROPERTIES LABELS ${label} TIMEOUT ${timeout} SKIP_RETURN_CODE 77
    COST ${timeout} # who may take long begins early
    ENVIRONMENT "KAURI_SOURCE_DIR=${PROJECT_SOURCE_DIR};KAURI_PROGRAM=${KAURI_PROGRAM}")
  if(KAURI_SANITIZE)
    set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT
      LSAN_OPTIONS=print_suppressions=0:suppressions=${PROJECT_SOURCE_DIR}/tests/support/library_leaks.txt)
  endif()
endfunction()

function(kauri_test_copies test file target)
  file(STRINGS ${file} line REGEX "^/\\* every instruction set \\*/" LIMIT_COUNT 1)
  list(POP_BACK KR_ISAS)
  foreach(isa IN LISTS KR_ISAS)
    if(line)
      add_test(NAME ${test}.${isa} COMMAND ${target})
      kauri_test_properties(${test}.${isa} ${file})
      set_property(TEST ${test}.${isa} APPEND PROPERTY ENVIRONMENT KAURI_ISA=${isa})
    endif()
  endforeach()
endfunction()
