// Running another program to its end: without a shell, with a small environment and a time limit.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace sallyport::sys {

struct Program {
  std::vector<std::string> arguments;    // the first is its absolute path
  std::vector<std::string> environment;  // "NAME=value"; nothing else is inherited
  std::string input;                     // its stdin, at most 64 KiB
  bool silent = false;                   // its output goes nowhere; else to our stderr
  std::chrono::milliseconds limit{10'000};
  std::chrono::milliseconds patience{10'000};  // then `slow` is called once, if there is one
  std::function<void()> slow;
};

// In a process group of its own, all signals at their defaults, with no other descriptor of ours. Whether it
// succeeded is in the wait status that comes back. timeout: it was killed with its group; malformed: no
// absolute path, or too much input. A program that can't be started exits with 127.
Result<int> run_program(const Program& program);

// PATH as a system has it: "PATH=…".
std::string standard_path();

}  // namespace sallyport::sys
