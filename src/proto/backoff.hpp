// When the client tries DTLS (phase 6): hellos at 0, 1, 3, 7, 15 and 31 s, given up at 32 s, from then one
// attempt a minute. interface.md, "DTLS blocked". One value per attempt to bring DTLS up; a new one after
// DTLS was up.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/time.hpp"

namespace sallyport::proto {

class DtlsBackoff {
 public:
  enum class Action : std::uint8_t {
    none,
    hello,    // send the hello (again)
    give_up,  // once: from now on TLS, with its MTU
    attempt,  // begin a new handshake
  };

  static constexpr std::size_t all_hellos = 6;

  // With fewer hellos it gives up a second after the last of them.
  explicit DtlsBackoff(Time start, std::size_t hellos = all_hellos);

  // What to do now. A late call makes up for the hellos it missed with one.
  Action due(Time now);
  Time next() const;
  bool given_up() const { return given_up_; }

 private:
  Time give_up_at() const;

  Time start_;
  std::size_t most_hellos_;
  std::size_t hellos_ = 0;
  bool given_up_ = false;
  Time next_attempt_{};
};

}  // namespace sallyport::proto
