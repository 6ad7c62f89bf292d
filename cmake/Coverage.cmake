# The target coverage: lines and branches that the tests executed so far, folder by folder.
find_program(GCOVR gcovr REQUIRED)
set(report ${PROJECT_BINARY_DIR}/coverage)
add_custom_target(coverage
  COMMAND ${CMAKE_COMMAND} -E make_directory ${report}
  COMMAND ${GCOVR} --root ${PROJECT_SOURCE_DIR} --object-directory ${PROJECT_BINARY_DIR}
    --filter ${PROJECT_SOURCE_DIR}/src/ --exclude-unreachable-branches --exclude-throw-branches
    --gcov-ignore-parse-errors
    --txt ${report}/coverage.txt --json-summary ${report}/coverage.json
    --html-details ${report}/index.html --print-summary ${PROJECT_BINARY_DIR}
  COMMAND ${CMAKE_COMMAND} -E echo "line by line: ${report}/index.html"
  USES_TERMINAL VERBATIM)
