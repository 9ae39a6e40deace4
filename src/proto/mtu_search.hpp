// How large an inner packet gets through DTLS (phase 6, client): DPD requests of a packet's size are sent,
// and the sizes that are answered with the same length pass in both directions. Routers on the way may have a
// smaller MTU than either end knows, and may not tell.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/time.hpp"

namespace sallyport::proto {

class MtuSearch {
 public:
  // Between `least`, which is believed to pass, and `most`, which is tried first.
  MtuSearch(std::uint16_t least, std::uint16_t most, Time now);

  // The size of the probe to be sent now; nothing: none before next().
  std::optional<std::uint16_t> due(Time now);
  Time next() const { return done_ ? Time::max() : next_; }
  void answered(std::size_t size, Time now);  // early, late or again
  void refused(Time now);                     // the size that due() gave can't even be sent

  bool is_done() const { return done_; }
  // What may be sent: while it goes on, the largest that was answered. A gateway that answers no probe at
  // all, also not of `least`, is taken for one that does not know them: then it is `most`.
  std::uint16_t largest() const { return low_; }

 private:
  void try_next(Time now);

  std::uint16_t least_;
  std::uint16_t most_;
  std::uint16_t low_;   // passes
  int high_;            // does not seem to pass
  std::uint16_t size_;  // being tried
  int tries_ = 0;
  Time next_;
  bool any_answer_ = false;
  bool done_ = false;
};

}  // namespace sallyport::proto
