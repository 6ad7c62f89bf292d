# The program, libkauri, its headers, the manual page, and the pkg-config and CMake files.
include(CMakePackageConfigHelpers)

install(TARGETS kauri RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS libkauri EXPORT KauriTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/kauri ${PROJECT_BINARY_DIR}/generated/include/kauri
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_SOURCE_DIR}/man/kauri.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

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
