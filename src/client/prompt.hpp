// Asks the person at the terminal, with echo off for secrets, and gives the lines that --passwd-on-stdin
// provides. Phases 2 and 3.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/line_reader.hpp"

namespace sallyport::client {

class Prompt {
 public:
  enum class Echo { on, off };

  // Its lines belong to the loop it asks in: it must go before that. `person`: somebody may be asked.
  // `passwords_on_stdin`: secrets come from there, a line each.
  Prompt(bool person, bool passwords_on_stdin) : person_(person), passwords_on_stdin_(passwords_on_stdin) {}

  bool secrets_on_stdin() const { return passwords_on_stdin_; }
  // Whether there is a person and a terminal: stdin, else the process's own.
  bool can_ask();
  // The answer to a question (one line, fit for a terminal); nothing: nobody is there, or the input ended.
  net::Task<std::optional<Secret>> ask(std::string question, Echo echo);
  // The next line of stdin, whatever it is; nothing: the input ended.
  net::Task<std::optional<Secret>> line_of_stdin();
  // Of stdin or, without --passwd-on-stdin, of the person.
  net::Task<std::optional<Secret>> secret(std::string question);

 private:
  bool person_;
  bool passwords_on_stdin_;
  Descriptor terminal_;
  std::optional<LineReader> terminal_lines_;
  std::optional<LineReader> stdin_lines_;
};

}  // namespace sallyport::client
