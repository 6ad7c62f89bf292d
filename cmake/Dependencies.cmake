# The libraries Kauri links, as imported targets kauri_dep::<name>. The build includes this file,
# and so does the installed package file, for those who link the static library.
find_package(PkgConfig REQUIRED)

function(kauri_dependency name)
  if(TARGET kauri_dep::${name})
    return()
  endif()
  pkg_search_module(KAURI_DEP_${name} REQUIRED IMPORTED_TARGET GLOBAL ${ARGN})
  add_library(kauri_dep::${name} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(kauri_dep::${name} INTERFACE PkgConfig::KAURI_DEP_${name})
endfunction()

kauri_dependency(expat "expat >= 2.4")
kauri_dependency(jansson "jansson >= 2.12")
kauri_dependency(geos "geos >= 3.9")
kauri_dependency(libzip "libzip >= 1.5")
kauri_dependency(nettle "nettle >= 3.4")
kauri_dependency(libdeflate "libdeflate >= 1.10")
kauri_dependency(cairo "cairo >= 1.16")
kauri_dependency(sqlite3 "sqlite3 >= 3.35")

# HDF5 has a pkg-config file in some distributions only.
if(NOT TARGET kauri_dep::hdf5)
  pkg_search_module(KAURI_DEP_hdf5 QUIET IMPORTED_TARGET GLOBAL hdf5-serial hdf5)
  add_library(kauri_dep::hdf5 INTERFACE IMPORTED GLOBAL)
  if(KAURI_DEP_hdf5_FOUND)
    target_link_libraries(kauri_dep::hdf5 INTERFACE PkgConfig::KAURI_DEP_hdf5)
  else()
    find_package(HDF5 1.10 REQUIRED COMPONENTS C)
    target_link_libraries(kauri_dep::hdf5 INTERFACE hdf5::hdf5)
  endif()
endif()

if(NOT TARGET kauri_dep::openmp)
  find_package(OpenMP REQUIRED COMPONENTS C)
  add_library(kauri_dep::openmp INTERFACE IMPORTED GLOBAL)
  target_link_libraries(kauri_dep::openmp INTERFACE OpenMP::OpenMP_C)
endif()

set(KAURI_DEPENDENCIES kauri_dep::expat kauri_dep::hdf5 kauri_dep::jansson kauri_dep::geos
  kauri_dep::libzip kauri_dep::nettle kauri_dep::libdeflate kauri_dep::cairo kauri_dep::sqlite3
  kauri_dep::openmp m)
