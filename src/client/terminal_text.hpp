// A gateway's text (message, banner, label) made safe to show: what could move the cursor, start an escape
// sequence or turn the writing direction is replaced. Letters of all languages stay.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sallyport::client {

inline constexpr std::size_t max_terminal_text = 8192;

// UTF-8; line ends become \n, tabs a blank, anything else that is not printable '?'. Cut to max_terminal_text
// bytes.
std::string terminal_text(std::string_view text);
// The same on one line.
std::string terminal_line(std::string_view text);
// The beginning of UTF-8 text, at most so many bytes and no character halved.
std::string cut_to(std::string_view text, std::size_t size);

}  // namespace sallyport::client
