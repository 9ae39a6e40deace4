// "Operation n fails": the one that a run is disturbed by. Every place where something can fail asks it
// before each of its operations.
#pragma once

#include <string>

namespace sallyport::pair {

enum class Fault {
  none,
  link_ends,                  // both ends see an orderly end of their connection
  link_is_reset,              // ... or a reset
  link_goes_silent,           // ... or nothing ever again
  store_is_unavailable,       // the disk is full
  authenticator_unavailable,  // it answers so
  authenticator_dies,         // without an answer, and has a successor
  keeper_refuses,
  keeper_dies,  // ditto
};

class Disturbance {
 public:
  // Nothing goes wrong.
  Disturbance() = default;
  // The `n`-th operation of its place does; the first is 1.
  Disturbance(Fault fault, int n) : fault_(fault), countdown_(n) {}

  // Whether the operation about to be done is the one that fails with this fault.
  bool strikes(Fault fault) { return fault == fault_ && --countdown_ == 0; }
  bool is_over() const { return fault_ != Fault::none && countdown_ <= 0; }

 private:
  Fault fault_ = Fault::none;
  int countdown_ = 0;
};

}  // namespace sallyport::pair
