# How every file of Kauri is compiled. kauri_compile(<target>) applies it.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
if(NOT KAURI_TESTS_SHARED)
  set(CMAKE_C_VISIBILITY_PRESET hidden)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(KR_CLANG OFF)
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
  set(KR_CLANG ON)
endif()
set(KR_X86 OFF)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
  set(KR_X86 ON)
endif()

set(KR_WARN -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
  -Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wpointer-arith -Wvla -Wundef)

# No -ffast-math: results are the same bits on every run. Without trapping-math selects are
# vectorised on every instruction set.
set(KR_MATH -fno-math-errno -fno-trapping-math -ffp-contract=off)
if(KAURI_SCALAR)
  list(APPEND KR_MATH -fno-tree-vectorize -fno-tree-slp-vectorize -Wno-unknown-pragmas)
else()
  list(APPEND KR_MATH -ftree-vectorize -fopenmp-simd)
endif()
if(KR_CLANG)
  list(APPEND KR_WARN -Wno-pass-failed)
else()
  # gcc 12 forgets the rounding to single precision where it joins two of (double)(float)x that
  # stand side by side into one vector. Loops are right.
  list(APPEND KR_MATH -fno-tree-slp-vectorize)
endif()

# For the kernels. Vector forms of exp, log and their kin come from glibc's libmvec: gcc finds them
# through the declarations in num/vmath.h, clang by its option. clang may not unroll past the
# padding of the arrays, nor gcc take the first elements of an array one by one to get to an aligned
# address: bits would depend on the place in a batch. gcc forgets vzeroupper below -O2 unless asked
# for expensive optimizations, and scalar code after a kernel is then four times slower.
set(KR_VECTOR "")
if(KR_CLANG AND KR_X86)
  set(KR_VECTOR -fveclib=libmvec "SHELL:-mllvm -force-vector-interleave=1")
elseif(NOT KR_CLANG)
  set(KR_VECTOR --param=vect-max-peeling-for-alignment=0 -fexpensive-optimizations)
endif()

set(KR_SANITIZE "")
if(KAURI_SANITIZE)
  set(KR_SANITIZE -fsanitize=${KAURI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
endif()
if(KAURI_FUZZ)
  list(APPEND KR_SANITIZE -fsanitize=fuzzer-no-link)
endif()
if(KAURI_COVERAGE)
  list(APPEND KR_SANITIZE --coverage -fprofile-update=atomic)
endif()
if(KAURI_TESTS_SHARED)
  list(APPEND KR_MATH -fno-semantic-interposition) # optimized as what is hidden
endif()
add_compile_options(${KR_SANITIZE})
add_link_options(${KR_SANITIZE} -Wl,--build-id=sha1)
# LLVM's linker, where it is found, does the many programs of the tests in a third of the time.
find_program(KAURI_LLD ld.lld)
if(KAURI_TESTS AND KAURI_LLD AND CMAKE_BUILD_TYPE STREQUAL Debug AND NOT CMAKE_CROSSCOMPILING)
  add_link_options(-fuse-ld=lld)
endif()

function(kauri_compile target)
  target_compile_options(${target} PRIVATE ${KR_WARN} ${KR_MATH})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include
    ${PROJECT_SOURCE_DIR}/src ${PROJECT_BINARY_DIR}/generated
    ${PROJECT_BINARY_DIR}/generated/include)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
endfunction()

# clang-tidy reads each file once: the second and third copy of a kernel would say the same.
function(kauri_tidy target)
  if(KAURI_TIDY)
    find_program(CLANG_TIDY NAMES clang-tidy-14 clang-tidy REQUIRED)
    set_target_properties(${target} PROPERTIES C_CLANG_TIDY "${CLANG_TIDY};--quiet")
  endif()
endfunction()
