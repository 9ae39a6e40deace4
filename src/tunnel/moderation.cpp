#include "tunnel/moderation.hpp"

namespace sallyport::tunnel {

namespace {

constexpr std::chrono::milliseconds window{2};
constexpr std::uint64_t many = 60;  // packets in a window: 30,000 a second
constexpr int idle_share = 4;       // a worker that waits for less than a quarter of the time falls behind
// Packets in a turn. More come together anyhow; those of a pause are no reason to do without it.
constexpr std::uint64_t few = 8;
constexpr std::uint64_t few_behind_a_pause = 32;

}  // namespace

bool Moderation::pauses(std::uint64_t packets, proto::Time now) {
  ++turns_;
  const auto elapsed = now - begun_;
  if (elapsed < window) return pauses_;
  const auto came = packets - packets_before_;
  const bool often = came * window >= many * elapsed;
  const bool alone = came < turns_ * (pauses_ ? few_behind_a_pause : few);
  const bool idle = waited_ * idle_share >= elapsed;
  *this = {};
  begun_ = now;
  packets_before_ = packets;
  pauses_ = often && alone && idle;
  return pauses_;
}

}  // namespace sallyport::tunnel
