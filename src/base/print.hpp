// Output that nobody may be there to read any more: a closed terminal, a pipe without a reader, a full disk.
#pragma once

#include <cstdio>
#include <string_view>

namespace sallyport {

// Writes the line and a newline at once. What can't be written is lost; unlike fmt::print, nothing is thrown.
void print_line(std::FILE* stream, std::string_view line);

}  // namespace sallyport
