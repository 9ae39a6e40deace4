// What the phases of one run share.
#pragma once

#include <string>
#include <vector>

#include "client/console.hpp"
#include "client/front_link.hpp"
#include "client/options.hpp"
#include "client/prompt.hpp"
#include "client/software_token.hpp"
#include "client/trust_store.hpp"
#include "client/tunnel.hpp"
#include "flow/recorder.hpp"
#include "tls/client_context.hpp"

namespace sallyport::client {

struct Attempt {
  const ConnectOptions& options;
  const Console& console;
  flow::Recorder& flow;
  FrontLink& front;
  Prompt& prompt;
  TrustStore& trust;
  const tls::ClientContext& tls;
  Tunnel& tunnel;
  bool may_configure;                               // the front is allowed to set the machine up
  std::vector<proto::StoredProfile> profiles = {};  // of the user's folder
  std::string default_user = {};                    // whom the user was at this gateway the last time
  SoftwareToken* token = nullptr;                   // null: the user has none

  // Events of this run all belong to one attempt.
  void record(const flow::Event& event) const { flow.record(event); }
  static flow::Event event(flow::Phase phase, flow::Step step,
                           flow::Direction direction = flow::Direction::local) {
    return {1, phase, step, direction};
  }
};

}  // namespace sallyport::client
