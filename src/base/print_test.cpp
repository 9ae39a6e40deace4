#include "base/print.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace sallyport {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

TEST(PrintLine, is_there_at_once) {
  char* text = nullptr;
  std::size_t size = 0;
  {
    const File file(open_memstream(&text, &size));
    print_line(file.get(), "one");
    EXPECT_EQ(std::string_view(text, size), "one\n");
  }
  std::free(text);
}

TEST(PrintLine, survives_a_full_disk) {
  const File full(std::fopen("/dev/full", "w"));
  ASSERT_TRUE(full);
  EXPECT_NO_THROW(print_line(full.get(), "lost"));
  EXPECT_NE(std::ferror(full.get()), 0);
}

}  // namespace
}  // namespace sallyport
