# Headers that most sources include are parsed once: the standard library's and fmt, Asio's coroutines for
# what is built on net, GoogleTest for the tests. A source still names all it uses: ./x lint reads it without.

set(headers_plain
    <algorithm> <array> <chrono> <functional> <map> <memory> <optional> <span> <string> <string_view>
    <utility> <variant> <vector> <fmt/format.h> <tl/expected.hpp>)
set(headers_net ${headers_plain} <boost/asio/any_io_executor.hpp> <boost/asio/awaitable.hpp>
                <boost/asio/use_awaitable.hpp>)
set(libraries_plain fmt::fmt tl::expected)
set(libraries_net ${libraries_plain} boost_compiled)

# Modules are libraries and tests are programs, and code of the two is compiled differently (PIC, PIE): there
# is one of each, which nothing uses otherwise.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cpp CONTENT "int main() {}\n")
foreach(kind plain net)
  add_library(precompiled_${kind} OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(precompiled_${kind} PRIVATE ${libraries_${kind}})
  target_precompile_headers(precompiled_${kind} PRIVATE ${headers_${kind}})

  set(test precompiled_${kind}_test)
  add_executable(${test} ${CMAKE_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(${test} PRIVATE ${libraries_${kind}} GTest::gmock)
  target_precompile_headers(${test} PRIVATE ${headers_${kind}} <gtest/gtest.h> <gmock/gmock.h>)
  set_target_properties(${test} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
endforeach()
