// One try to build a session's tunnel again: phases 1 and 5 once more, with the same token. It runs beside
// everything else that happens, and ends with a TryEnded in the tunnel's row; client/tunnel_life.cpp decides
// what that means.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "client/connect.hpp"
#include "client/network_watch.hpp"

namespace sallyport::client {

// Whether a way leads there now, other than the tunnel whose inner addresses are `held`.
bool can_be_reached(const Endpoint& gateway, const std::vector<Address>& held);

class Reconnect {
 public:
  struct Terms {
    HttpSession session;  // a new one
    Secret token;
    std::vector<Address> held;        // inner addresses
    std::vector<Endpoint> addresses;  // of the gateway, the one that the session was last at first
    bool looks_up = false;            // its name may stand for others by now (X-CSTP-DynDNS)
    NetworkWatch* network = nullptr;  // its way around the tunnel is made anew before; null: it stands
  };
  static std::shared_ptr<Reconnect> start(const net::Executor& executor, Terms terms, const Attempt& attempt);
  Reconnect(Terms terms, const Attempt& attempt) : terms_(std::move(terms)), attempt_(attempt) {}

  // It asks for no tunnel any more, unless it has asked, and its end is not told.
  void abandon() { abandoned_ = true; }
  bool has_asked() const { return asked_; }
  bool is_over() const { return over_; }

  // After the end. The answer, of any status, and one that a tunnel can be made of if that is 200; else why
  // there is none.
  std::optional<Answered> answered;
  Error failure;
  bool certificate_blocked = false;
  // Whether the answer came from where the session is, and not from another address of the same name.
  bool is_from_the_session() const { return answered->connected.gateway == home_; }

 private:
  static net::Task<void> run(std::shared_ptr<Reconnect> self);
  net::Task<void> ask();
  void tell_end();
  net::Task<void> look_up();
  net::Task<void> make_way();
  void drop_unreachable();

  Terms terms_;
  const Attempt& attempt_;
  Endpoint home_;  // where the session is
  bool abandoned_ = false;
  bool asked_ = false;
  bool over_ = false;
};

}  // namespace sallyport::client
