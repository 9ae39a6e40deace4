// What clients have sent may be a password: no memory that is given back holds it any more.
#include <cstdlib>
#include <cstring>
#include <new>

#include <gtest/gtest.h>
#include <malloc.h>

#include "base/secret.hpp"
#include "net/http_channel.hpp"
#include "net/test_support.hpp"

namespace {

constexpr std::string_view planted = "correct-horse-battery";
int found_freed = 0;

void give_back(void* memory) noexcept {
  if (memory == nullptr) return;
  if (memmem(memory, malloc_usable_size(memory), planted.data(), planted.size()) != nullptr) ++found_freed;
  std::free(memory);
}

}  // namespace

// In place of the library's, for all of this program.
void* operator new(std::size_t size) {
  if (void* memory = std::calloc(1, size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  give_back(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  give_back(memory);
}

namespace sallyport::net {
namespace {

using testing::run;
using testing::send_text;
using testing::socket_pair;

// How often what was planted lies in memory that is given back while these pieces come.
int left_behind(std::vector<std::string_view> pieces, std::chrono::milliseconds limit) {
  Loop loop;
  auto [ours, theirs] = socket_pair();
  found_freed = 0;
  run(loop,
      [](Loop& of, Descriptor socket, const Descriptor& from, std::vector<std::string_view> texts,
         std::chrono::milliseconds within) -> Task<void> {
        PlainStream stream(Socket(of.executor(), std::move(socket)));
        RequestChannel channel(stream);
        spawn(
            of.executor(),
            [](const Descriptor& into, std::vector<std::string_view> all) -> Task<void> {
              for (const auto text : all) {
                send_text(into, text);
                co_await sleep(std::chrono::milliseconds(2));
              }
            }(from, std::move(texts)),
            [](const Error& error) { ADD_FAILURE() << error.text; });
        auto request = co_await channel.receive(within);
        wipe(request->body);
      }(loop, std::move(ours), theirs, std::move(pieces), limit));
  return found_freed;
}

constexpr std::string_view header = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 41\r\n\r\n";
constexpr std::string_view first = "password=correct-horse-battery&";
constexpr std::string_view rest = "0123456789";
constexpr std::chrono::seconds patience{10};

TEST(WhatWasSent, is_found_by_this_test_where_nobody_wipes_it) {
  found_freed = 0;
  { const std::vector<char> copy(planted.begin(), planted.end()); }
  EXPECT_EQ(found_freed, 1);
}

TEST(WhatWasSent, is_wiped_with_the_body) {
  EXPECT_EQ(left_behind({header, first, rest}, patience), 0);
}

TEST(WhatWasSent, is_wiped_when_the_rest_does_not_come) {
  EXPECT_EQ(left_behind({header, first}, std::chrono::milliseconds(50)), 0);
}

TEST(WhatWasSent, is_wiped_when_the_request_is_refused) {
  const auto whole = std::string(header) + std::string(first) + std::string(rest) + "GET /";
  EXPECT_EQ(left_behind({whole}, patience), 0);
}

}  // namespace
}  // namespace sallyport::net
