// The lines of a hand-edited file of users: what the password file and the one-time password file have in
// common. Blank lines and lines that begin with '#' are left out; line ends may be LF or CRLF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::auth {

inline constexpr std::size_t max_users_file_size = 4 * 1024 * 1024;
inline constexpr std::size_t max_users = 100'000;
inline constexpr std::size_t max_line_size = 4096;
inline constexpr std::size_t max_user_name_size = 256;
inline constexpr std::size_t max_group_name_size = 256;

struct FileLine {
  std::size_t number = 0;  // counted from 1
  std::string_view text;   // a part of the file, without its line end
};

// malformed: the file is larger than 4 MB, a line is longer than 4096 bytes or holds a control character.
Result<std::vector<FileLine>> content_lines(std::string_view file);

// "line 7: sentence"
tl::unexpected<Error> fail_line(const FileLine& line, std::string_view sentence);
tl::unexpected<Error> fail_line(const FileLine& line, ErrorKind kind, std::string_view sentence);

bool has_control_characters(std::string_view text);  // a tab is none

}  // namespace sallyport::auth
