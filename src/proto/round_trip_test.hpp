// The law of every message, for tests: what serialize() or encode() writes, parse() or decode() reads back as
// the same value.
#pragma once

#include <vector>

#include <gtest/gtest.h>

#include "proto/codec.hpp"

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

// Of messages between processes; and none that is cut short is taken.
template <class M>
void expect_round_trip(const M& message) {
  const auto bytes = encode(message);
  const auto again = decode<M>(bytes);
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(*again, message);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode<M>(ByteView(bytes).first(size)))
        << "a message cut to " << size << " bytes was accepted";
  }
}

}  // namespace sallyport::proto
