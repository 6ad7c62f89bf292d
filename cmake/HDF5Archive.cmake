# The optimized program holds HDF5 itself where its archive can be linked: the shared library brings
# some thirty libraries of the network with it, and to load these is more than half of a start.
option(KAURI_HDF5_ARCHIVE "link HDF5's archive into the optimized program" ON)

include(CheckCSourceCompiles)

function(kauri_hdf5_archive target)
  if(NOT KAURI_HDF5_ARCHIVE OR NOT CMAKE_BUILD_TYPE STREQUAL "Release")
    return()
  endif()
  find_library(KAURI_HDF5_A NAMES libhdf5_serial.a libhdf5.a PATH_SUFFIXES hdf5/serial)
  if(NOT KAURI_HDF5_A)
    return()
  endif()
  set(archive ${KAURI_HDF5_A} sz z m dl)
  set(CMAKE_REQUIRED_LIBRARIES ${archive})
  check_c_source_compiles("int H5open(void); int main(void) { return H5open(); }" KAURI_HDF5_LINKS)
  if(KAURI_HDF5_LINKS)
    get_target_property(type kauri_internal TYPE)
    set(own kauri_internal)
    if(type STREQUAL INTERFACE_LIBRARY)
      set(own libkauri)
    endif()
    # Behind what asks for it, and before the shared library, which then is not needed.
    target_link_options(${target} PRIVATE LINKER:--as-needed)
    target_link_libraries(${target} PRIVATE $<TARGET_FILE:${own}> ${archive})
  endif()
endfunction()
