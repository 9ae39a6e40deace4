#include "supervisor/run.hpp"

#include <cstdio>
#include <cstdlib>

#include "base/print.hpp"
#include "supervisor/supervisor.hpp"

namespace sallyport::supervisor {

namespace {

void open_log(const Options& options) {
  log::configure({options.log_level, options.log_format, "supervisor"});
}

}  // namespace

int run(const Options& options) {
  open_log(options);
  return Supervisor(options).run();
}

int check(const Options& options) {
  open_log(options);
  const auto result = Supervisor(options).check();
  if (result) return EXIT_SUCCESS;
  print_line(stderr, result.error().text);
  return EXIT_FAILURE;
}

}  // namespace sallyport::supervisor
