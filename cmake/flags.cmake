# Compiler, language level, warnings, hardening and sanitizers: one place, every target.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines; use clang 16 "
                      "(cmake --preset release) or g++ 13 and later")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

include(CheckPIESupported)
check_pie_supported()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(SALLYPORT_SANITIZE "" CACHE STRING "sanitizers, as given to -fsanitize=")
option(SALLYPORT_FUZZ "build the libFuzzer targets" OFF)

find_program(SALLYPORT_CCACHE ccache)
if(SALLYPORT_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SALLYPORT_CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                    -Woverloaded-virtual -Wimplicit-fallthrough -Wunused -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # TRY is a statement expression; designated initialisers leave the rest to the defaults in the struct.
  add_compile_options(-Wno-gnu-statement-expression -Wno-missing-field-initializers)
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp") # a precompiled header of the same text is the same
  add_link_options(-fuse-ld=lld)
endif()

# A section for each function: those that no one calls are left out, and module.cmake puts some in order.
add_compile_options(-ffunction-sections)
add_link_options(-Wl,--gc-sections)

add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection)
add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)

set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
if(SALLYPORT_SANITIZE)
  add_compile_options(-fsanitize=${SALLYPORT_SANITIZE} -fno-sanitize-recover=all -O1)
  add_link_options(-fsanitize=${SALLYPORT_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_options(-D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS)
endif()
if(SALLYPORT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
