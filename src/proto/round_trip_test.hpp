// The law of every message, for tests: what serialize() writes, parse() reads back as the same value.
#pragma once

#include <vector>

#include <gtest/gtest.h>

namespace sallyport::proto {

template <class M>
void expect_round_trips(const std::vector<M>& messages) {
  for (const auto& message : messages) {
    const auto text = message.serialize();
    const auto back = M::parse(text);
    ASSERT_TRUE(back.has_value()) << back.error().text << "\n" << text;
    EXPECT_TRUE(*back == message) << text << "\n" << back->serialize();
  }
}

}  // namespace sallyport::proto
