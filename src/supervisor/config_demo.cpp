#include "supervisor/config.hpp"

namespace sallyport::supervisor {

std::string_view demo_config() {
  return R"(# Expects beside it: server.pem and server.key (the gateway's certificate and its key), users
# (made with sallyportctl user add), profile.xml (an AnyConnectProfile). See sallyport.toml(5).
[listen]
tcp = "[::]:443"
admin = "unix:admin.sock"

[tls]
certificate = "server.pem"
private_key = "server.key"

[tunnel]
address_pool = "10.20.0.0/16"
address_pool6 = "fd20::/64"
forwarding = true

[state]
directory = "state"

[aaa.local]
type = "file"
users = "users"

[connection_profile.Employees]
group_alias = "Employees"
default = true
aaa = "local"
group_policy = "staff"

[connection_profile.Guests]
group_alias = "Guests"
group_url = ["/guests"]
aaa = "local"
group_policy = "guests"

[group_policy.staff]
banner = "Welcome to Sallyport"
dns = ["10.20.0.1"]
default_domain = "example.com"
client_profile = "profile.xml"

[group_policy.guests]
split_include = ["10.20.0.0/16", "fd20::/64"]
session_timeout = "1h"
)";
}

}  // namespace sallyport::supervisor
