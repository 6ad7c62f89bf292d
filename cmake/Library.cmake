# libkauri: static, or shared with BUILD_SHARED_LIBS. Only the functions marked KR_API are visible
# in the shared one, so the program links kauri_internal, the same objects in a static library.
add_library(libkauri ${KR_OBJECTS})
add_library(Kauri::kauri ALIAS libkauri)
set_target_properties(libkauri PROPERTIES OUTPUT_NAME kauri EXPORT_NAME kauri
  LINKER_LANGUAGE C VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR} ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
target_include_directories(libkauri INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
  $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(libkauri PRIVATE ${KAURI_DEPENDENCIES})

if(BUILD_SHARED_LIBS)
  add_library(kauri_internal STATIC ${KR_OBJECTS})
  set_target_properties(kauri_internal PROPERTIES LINKER_LANGUAGE C)
  target_link_libraries(kauri_internal PUBLIC ${KAURI_DEPENDENCIES})
else()
  add_library(kauri_internal INTERFACE)
  target_link_libraries(kauri_internal INTERFACE libkauri ${KAURI_DEPENDENCIES})
endif()

# What the tests link: a copy of everything in each of them, or one shared library where all
# functions are visible.
if(KAURI_TESTS_SHARED)
  add_library(kauri_tested SHARED ${KR_OBJECTS})
  set_target_properties(kauri_tested PROPERTIES LINKER_LANGUAGE C)
  target_link_libraries(kauri_tested PUBLIC ${KAURI_DEPENDENCIES})
else()
  add_library(kauri_tested INTERFACE)
  target_link_libraries(kauri_tested INTERFACE kauri_internal)
endif()
