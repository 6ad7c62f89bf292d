# The target coverage: lines and branches that the tests executed so far, folder by folder, and every branch
# that they did not take with its reason. Fails below the figures that are asked for. What is compiled once
# for each instruction set counts once: gcovr adds up the copies of a line, as of a function in a header.
find_program(GCOVR gcovr REQUIRED)
find_program(PYTHON3 python3 REQUIRED)
set(report ${PROJECT_BINARY_DIR}/coverage)
add_custom_target(coverage
  COMMAND ${CMAKE_COMMAND} -E make_directory ${report}
  COMMAND ${GCOVR} --root ${PROJECT_SOURCE_DIR} --object-directory ${PROJECT_BINARY_DIR}
    --filter ${PROJECT_SOURCE_DIR}/src/ --exclude-unreachable-branches --exclude-throw-branches
    --gcov-ignore-parse-errors
    --json ${report}/coverage.json --txt ${report}/coverage.txt
    --html-details ${report}/index.html ${PROJECT_BINARY_DIR}
  COMMAND ${CMAKE_COMMAND} -E echo "line by line: ${report}/index.html"
  COMMAND ${PYTHON3} tools/uncovered.py ${report}/coverage.json ${report}/uncovered.txt
    --line 90 --branch 80
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} USES_TERMINAL VERBATIM)
