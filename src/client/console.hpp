// Everything the client says: progress and messages on stderr, the lines that scripts wait for on stdout,
// flushed at once.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/options.hpp"

namespace sallyport::client {

class Console {
 public:
  explicit Console(const ConnectOptions& options)
      : quiet_(options.quiet), verbose_(options.verbose), timestamps_(options.timestamps) {}

  bool verbose() const { return verbose_; }
  void say(std::string_view line) const;       // not with --quiet
  void complain(std::string_view line) const;  // always: "sallyport: …"
  void announce(std::string_view line) const;  // on stdout
  // On stdout, past its buffer. Fails where it can't be written: somebody wants it.
  Result<void> hand_over(const Secret& lines) const;
  // A gateway's words, of one or more lines, made fit for a terminal. Nothing if there are none.
  void quote(std::string_view text) const;

 private:
  void print(std::string_view line) const;
  bool quiet_;
  bool verbose_;
  bool timestamps_;  // at the beginning of each line on stderr
};

}  // namespace sallyport::client
