# The program, libkauri, its headers, the manual page, the scripts that complete the command line, the
# documentation, and the pkg-config and CMake files.
include(CMakePackageConfigHelpers)

install(TARGETS kauri RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS libkauri EXPORT KauriTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/kauri ${PROJECT_BINARY_DIR}/generated/include/kauri
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_SOURCE_DIR}/man/kauri.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# The program writes the scripts of the shells itself; each shell looks for them in a folder and under a name of its own.
set(completion_bash ${CMAKE_INSTALL_DATADIR}/bash-completion/completions/kauri)
set(completion_zsh ${CMAKE_INSTALL_DATADIR}/zsh/site-functions/_kauri)
set(completion_fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d/kauri.fish)
set(scripts "")
foreach(shell bash zsh fish)
  set(script ${PROJECT_BINARY_DIR}/generated/completion.${shell})
  add_custom_command(OUTPUT ${script} COMMAND kauri completion ${shell} > ${script} DEPENDS kauri VERBATIM)
  list(APPEND scripts ${script})
  get_filename_component(folder ${completion_${shell}} DIRECTORY)
  get_filename_component(name ${completion_${shell}} NAME)
  install(FILES ${script} DESTINATION ${folder} RENAME ${name})
endforeach()
add_custom_target(completion ALL DEPENDS ${scripts})

# The pages lie as they do here, so that their links lead on, with the demos that they speak of; as HTML where
# `make docs` has made that.
set(KAURI_DOCS_HTML ${PROJECT_SOURCE_DIR}/build/docs CACHE PATH "where tools/build_docs.py has written the pages as HTML")
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_SOURCE_DIR}/CONTRIBUTING.md
  ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR}
  FILES_MATCHING PATTERN "*.md" PATTERN "*.png" PATTERN "*.svg")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/demos DESTINATION ${CMAKE_INSTALL_DOCDIR}
  FILES_MATCHING PATTERN "*-results" EXCLUDE PATTERN "*.md" PATTERN "*.ini" PATTERN "*.xml" PATTERN "sites.csv")
install(FILES ${PROJECT_SOURCE_DIR}/bench/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/bench)
install(FILES ${PROJECT_SOURCE_DIR}/src/LAYERS DESTINATION ${CMAKE_INSTALL_DOCDIR}/src) # pages link to it
if(KAURI_DOCS_HTML)
  install(DIRECTORY ${KAURI_DOCS_HTML}/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/html OPTIONAL)
endif()

# Both package files find the prefix from their own place, so that the prefix can be chosen when
# installing.
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Kauri)
install(EXPORT KauriTargets NAMESPACE Kauri:: DESTINATION ${package})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/KauriConfig.cmake.in
  ${PROJECT_BINARY_DIR}/KauriConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/KauriConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/KauriConfig.cmake
  ${PROJECT_BINARY_DIR}/KauriConfigVersion.cmake DESTINATION ${package})
if(NOT BUILD_SHARED_LIBS)
  install(FILES ${PROJECT_SOURCE_DIR}/cmake/Dependencies.cmake DESTINATION ${package})
endif()

# Who links the static library links its libraries too; the shared one brings them along.
set(requires expat jansson geos libzip nettle libdeflate cairo sqlite3 ${KAURI_DEP_hdf5_MODULE_NAME})
list(JOIN requires ", " requires)
set(libs ${OpenMP_C_FLAGS} -lm)
if(NOT KAURI_DEP_hdf5_FOUND)
  list(APPEND libs ${HDF5_C_LIBRARIES})
endif()
list(JOIN libs " " libs)
set(private "")
if(BUILD_SHARED_LIBS)
  set(private _PRIVATE)
endif()
set(KR_PC_REQUIRES${private} "${requires}")
set(KR_PC_LIBS${private} " ${libs}")
file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" up "${up}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/kauri.pc.in ${PROJECT_BINARY_DIR}/kauri.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/kauri.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
