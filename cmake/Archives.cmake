# The optimized program holds HDF5, cairo and SQLite themselves where their archives can be linked: the
# shared libraries bring some forty others with them, of networks and windows, and to load these is
# more than half of a start.
option(KAURI_ARCHIVES "link the archives of HDF5, cairo and SQLite into the optimized program" ON)

include(CheckCSourceCompiles)

# Link the archives of these names, with what else they need, into the target, if they are all there
# and a program links with them that calls `call`.
function(kauri_archive target label call archives others)
  set(found)
  foreach(name ${archives})
    find_library(KAURI_A_${name} NAMES ${name} PATH_SUFFIXES hdf5/serial)
    if(NOT KAURI_A_${name})
      return()
    endif()
    list(APPEND found ${KAURI_A_${name}})
  endforeach()
  set(CMAKE_REQUIRED_LIBRARIES ${found} ${others})
  check_c_source_compiles("int ${call}(); int main(void) { return ${call}(); }" KAURI_${label}_LINKS)
  if(KAURI_${label}_LINKS)
    # Before the shared library, which then is not needed.
    target_link_libraries(${target} PRIVATE ${found} ${others})
  endif()
endfunction()

function(kauri_archives target)
  if(NOT KAURI_ARCHIVES OR NOT CMAKE_BUILD_TYPE STREQUAL "Release")
    return()
  endif()
  get_target_property(type kauri_internal TYPE)
  set(own kauri_internal)
  if(type STREQUAL INTERFACE_LIBRARY)
    set(own libkauri)
  endif()
  # Behind what asks for them.
  target_link_options(${target} PRIVATE LINKER:--as-needed)
  target_link_libraries(${target} PRIVATE $<TARGET_FILE:${own}>)
  find_library(KAURI_HDF5_SERIAL libhdf5_serial.a PATH_SUFFIXES hdf5/serial)
  set(hdf5 libhdf5.a)
  if(KAURI_HDF5_SERIAL)
    set(hdf5 libhdf5_serial.a)
  endif()
  kauri_archive(${target} HDF5 H5open ${hdf5} "sz;z;m;dl")
  kauri_archive(${target} SQLITE sqlite3_libversion_number libsqlite3.a "m;dl")
  kauri_archive(${target} CAIRO cairo_show_text
    "libcairo.a;libpixman-1.a;libfontconfig.a;libfreetype.a;libpng16.a" "expat;brotlidec;z;m")
endfunction()
