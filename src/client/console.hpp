// Everything the client says: progress and messages on stderr, the lines that scripts wait for on stdout,
// flushed at once.
#pragma once

#include <string_view>

namespace sallyport::client {

class Console {
 public:
  struct Settings {
    bool quiet = false;
    bool verbose = false;
    bool timestamps = false;  // at the beginning of each line on stderr
  };
  explicit Console(Settings settings) : settings_(settings) {}

  bool verbose() const { return settings_.verbose; }
  void say(std::string_view line) const;       // not with --quiet
  void complain(std::string_view line) const;  // always: "sallyport: …"
  void announce(std::string_view line) const;  // on stdout
  // A gateway's words, of one or more lines, made fit for a terminal. Nothing if there are none.
  void quote(std::string_view text) const;

 private:
  void print(std::string_view line) const;
  Settings settings_;
};

}  // namespace sallyport::client
