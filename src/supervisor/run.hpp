// The supervisor's front door for main(): run the gateway, or check its configuration.
#pragma once

#include <string>
#include <string_view>

#include "base/log.hpp"

namespace sallyport::supervisor {

struct Options {
  std::string config_file;
  log::Level log_level = log::Level::notice;
  log::Format log_format = log::Format::text;
};

int run(const Options& options);    // until a signal or an admin stops it; the exit status
int check(const Options& options);  // says what is wrong, if anything, and gives the exit status

std::string config_reference();  // config.hpp
std::string_view demo_config();  // ...

}  // namespace sallyport::supervisor
