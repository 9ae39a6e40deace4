// The gateway of the pair: its control thread and tunnels as they are, the real keeper's and authenticator's
// work behind their sockets, and a session store that can fail. The far end of its TUN queue belongs to the
// test.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "auth/file_authenticator.hpp"
#include "gateway/authenticator_link.hpp"
#include "gateway/control_thread.hpp"
#include "gateway/tunnels.hpp"
#include "keeper/service.hpp"
#include "store/session_table.hpp"
#include "test/pair/fault.hpp"

namespace sallyport::pair {

inline constexpr auto pair_user = "alice";
inline constexpr auto pair_password = "correct horse";
inline constexpr auto pair_codes = "12345678901234567890";  // the secret of the user's HOTP token
inline constexpr auto password_group = "Employees";
inline constexpr auto code_group = "Codes";  // a password and then a code

// Each operation may be the one that fails.
class FailingStore : public store::SessionStore {
 public:
  void use(Disturbance& disturbance) { disturbance_ = &disturbance; }
  int created = 0;

  store::SessionTable& table() { return table_; }  // for the test, which nothing disturbs

  net::Task<Result<store::Created>> create(store::Session session) override;
  net::Task<Result<std::optional<store::Session>>> find(store::TokenHash token) override;
  net::Task<Result<std::optional<store::Session>>> find(store::SessionId id) override;
  net::Task<Result<store::Session>> update(store::Session session) override;
  net::Task<Result<std::optional<store::Session>>> claim(store::SessionId id, store::Claim claim) override;
  net::Task<Result<store::Session>> lease(store::SessionId id, proto::AddressPool pool, bool ipv4,
                                          bool ipv6) override;
  net::Task<Result<std::vector<store::Session>>> list() override;
  net::Task<Result<bool>> remove(store::SessionId id) override;
  net::Task<Result<std::vector<store::Session>>> expire(store::WallTime now) override;

 private:
  bool fails() { return disturbance_->strikes(Fault::store_is_unavailable); }

  store::SessionTable table_;
  Disturbance* disturbance_ = nullptr;
};

class GatewayHalf {
 public:
  // With a CA it asks its clients for a certificate.
  explicit GatewayHalf(net::Loop& loop, std::optional<std::string> client_ca = {});
  GatewayHalf(const GatewayHalf&) = delete;
  GatewayHalf& operator=(const GatewayHalf&) = delete;
  ~GatewayHalf() { tunnels_.stop(); }

  // For the next run of a client: whose one-time passwords are all good again.
  void use(Disturbance& disturbance);

  Endpoint endpoint() const { return endpoint_; }
  std::string certificate_pin() const { return pin_; }

  FailingStore& sessions() { return sessions_; }
  gateway::Tunnels& tunnels() { return tunnels_; }
  const Descriptor& tun() const { return tun_; }  // the kernel's end
  const std::vector<std::string>& codes_seen() const { return codes_; }
  int accepted() const { return accepted_; }  // answers of the authenticator

 private:
  // Each answers the gateway's end of the socket, which comes back.
  Descriptor start_keeper();
  Descriptor start_authenticator();
  net::Task<void> keep(Descriptor socket);
  net::Task<void> authenticate(Descriptor socket);
  proto::AuthenticatorAnswer::Outcome judge(const proto::AuthenticatorRequest& request);

  net::Loop& loop_;
  Disturbance* disturbance_ = nullptr;
  keeper::Service keeper_;
  std::unique_ptr<auth::Authenticator> back_end_;
  std::vector<std::string> codes_;
  int accepted_ = 0;

  FailingStore sessions_;
  store::DialogueStore dialogues_;
  gateway::AuthenticatorLink authenticator_;
  gateway::Tunnels tunnels_;
  gateway::Services services_;
  gateway::ControlThread control_;
  Descriptor tun_;
  Endpoint endpoint_;
  std::string pin_;
};

}  // namespace sallyport::pair
