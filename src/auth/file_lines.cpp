#include "auth/file_lines.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::auth {

tl::unexpected<Error> fail_line(const FileLine& line, ErrorKind kind, std::string_view sentence) {
  return fail(kind, "line " + std::to_string(line.number) + ": " + std::string(sentence));
}

tl::unexpected<Error> fail_line(const FileLine& line, std::string_view sentence) {
  return fail_line(line, ErrorKind::malformed, sentence);
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

Result<std::vector<FileLine>> content_lines(std::string_view file) {
  if (file.size() > max_users_file_size) return fail(ErrorKind::malformed, "the file is larger than 4 MB");
  std::vector<FileLine> lines;
  FileLine line;
  while (!file.empty()) {
    const auto end = std::min(file.find('\n'), file.size());
    ++line.number;
    line.text = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    if (line.text.ends_with('\r')) line.text.remove_suffix(1);
    if (line.text.size() > max_line_size) return fail_line(line, "longer than 4096 bytes");
    if (line.text.starts_with('#') || trim(line.text).empty()) continue;
    if (has_control_characters(line.text)) return fail_line(line, "a control character");
    lines.push_back(line);
  }
  return lines;
}

}  // namespace sallyport::auth
